// Words of others, made safe to show: a name from Azure or Mesos may hold anything.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Without marks that turn text round or hide in it, and of at most so many characters. */
export function plain(text: unknown, most = 80): string {
  const all = whole(text);
  const cut = [...all.slice(0, most * 2 + 2)];
  return cut.length > most ? `${cut.slice(0, most - 1).join("")}…` : all;
}

/** The same, as much as anybody may want to read. */
export function whole(text: unknown): string {
  return String(text ?? "")
    .slice(0, 4000)
    .replace(UNSEEN, "\ufffd");
}

/** Text of several lines, such as a policy or a body. */
export function lines(text: unknown, most = 200_000): string {
  return String(text ?? "")
    .slice(0, most)
    .replace(UNSEEN, (one) => (one === "\n" || one === "\t" ? one : "\ufffd"));
}

export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

/** `2m05s`, `3h10m`, `4d02h` */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h${two(Math.floor((s % 3600) / 60))}m`;
  return `${Math.floor(s / 86_400)}d${two(Math.floor((s % 86_400) / 3600))}h`;
}

export function words(code: string): string {
  return code.replaceAll("_", " ");
}
