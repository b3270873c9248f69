// Small parts that all pages have: conditions, names, times, states of waiting and of trouble.
import type { ComponentChildren } from "preact";
import type { Trouble } from "../api/trouble";
import { useNow } from "../live";
import { usePrefs } from "../prefs";
import { plain, span, whole, words } from "../text";

/** Sign and class of each condition: told by shape, so that nobody needs the colour. */
export const SIGNS: Record<string, [sign: string, tone: string]> = {
  healthy: ["●", "good"],
  joining: ["◔", "busy"],
  unknown: ["?", "warn"],
  stopped: ["■", "warn"],
  impaired: ["▲", "warn"],
  doomed: ["◆", "warn"],
  surplus: ["○", "busy"],
  short: ["□", "busy"],
  hot: ["▲", "warn"],
  unreachable: ["✗", "bad"],
  gone: ["✗", "bad"],
  stuck: ["✖", "bad"],
};

export function signOf(condition: string): [string, string] {
  return SIGNS[condition] ?? ["▲", "warn"];
}

export function Condition({ of }: { of: string }) {
  const [sign, tone] = signOf(of);
  return (
    <span class={`condition ${tone}`}>
      <span aria-hidden="true">{sign}</span> {plain(words(of))}
    </span>
  );
}

/** Somebody else's word: cut, with the whole of it in its title. */
export function Name({ of, most = 60 }: { of: unknown; most?: number }) {
  const all = whole(of);
  const shown = plain(of, most);
  return <bdi title={all === shown ? undefined : all}>{shown}</bdi>;
}

export function Time({ at }: { at: string | number | null | undefined }) {
  const { zone } = usePrefs();
  if (at === null || at === undefined || at === "") return <span class="dim">–</span>;
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return <Name of={at} />;
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(zone === "utc" ? { timeZone: "UTC" } : {}),
  };
  const told = new Intl.DateTimeFormat("sv-SE", options).format(time);
  return (
    <time dateTime={time.toISOString()} title={time.toISOString()}>
      {told}
      {zone === "utc" ? "Z" : ""}
    </time>
  );
}

export function Ago({ at }: { at: string | number | null | undefined }) {
  const now = useNow();
  if (!at) return <span class="dim">never</span>;
  const time = new Date(at);
  const ms = now - time.getTime();
  const told = ms < -999 ? `in ${span(-ms)}` : `${span(ms)} ago`;
  return (
    <time dateTime={time.toISOString()} title={time.toISOString()}>
      {told}
    </time>
  );
}

export function Waiting({ what }: { what: string }) {
  return (
    <p class="waiting" role="status">
      Reading {what} …
    </p>
  );
}

export function Failed({ trouble, what }: { trouble: Trouble; what: string }) {
  const next = {
    role: "Ask for another role, or somebody who has it.",
    missing: "It may be over, or have another name: go back and look for it.",
    nonsense: "The app and this page may be of different versions: load the page again.",
  }[trouble.kind as string];
  return (
    <div class="failed" role="alert">
      <strong>{what} cannot be shown.</strong> <span>{plain(trouble.message, 400)}</span>
      <p>{next ?? "It is asked for again by itself."}</p>
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

export function Facts({ of }: { of: [string, ComponentChildren][] }) {
  return (
    <dl class="facts">
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How much of a limit is used. */
export function Gauge({ name, used, limit }: { name: string; used: number; limit: number }) {
  const full = limit > 0 ? Math.min(1, used / limit) : 1;
  return (
    <div class={`gauge ${used >= limit ? "full" : ""}`}>
      <span>{name}</span>
      <meter min={0} max={Math.max(limit, 1)} value={full * Math.max(limit, 1)} aria-label={`${used} of ${limit} ${name}`} />
      <span>
        {used} of {limit}
      </span>
    </div>
  );
}
