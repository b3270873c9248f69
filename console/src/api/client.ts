// Asks the API beside this page. What has not changed is not sent again (ETags); what is said goes out under a key of its
// own, so that it is done once although an answer gets lost.
import { headers } from "./credentials";
import type { Done, List } from "./forms";
import { turn } from "./pace";
import { asTrouble, Trouble, troubleOf } from "./trouble";

const ROOT = "/api/v1/";
const PATIENCE_MS = 15_000;
const PAGE = 1000;
const MOST_KEPT = 60;

interface Kept {
  etag: string;
  data: unknown;
}
const kept = new Map<string, Kept>();

/** One segment of a path. */
export const seg = encodeURIComponent;

/** What the API tells under this path, checked by `isForm`. */
export async function read<T>(path: string, isForm: (data: unknown) => boolean, signal: AbortSignal): Promise<T> {
  await turn(signal);
  const before = kept.get(path);
  const answer = await send(path, { headers: before ? { "if-none-match": before.etag } : {} }, signal);
  if (answer.status === 304 && before) return before.data as T;
  const data = await body(answer);
  if (!answer.ok) throw troubleOf(answer.status, data, answer.headers.get("retry-after"));
  if (!isForm(data)) throw new Trouble("nonsense", "The app answers what this page does not understand.");
  remember(path, answer.headers.get("etag"), data);
  return data as T;
}

/** All of a list, a page after the other; `each` hears of what has come so far. */
export async function readAll<T>(
  path: string,
  signal: AbortSignal,
  each: (sofar: T[]) => void = () => undefined,
): Promise<T[]> {
  const found: T[] = [];
  let after = "";
  do {
    const more = `${path}${path.includes("?") ? "&" : "?"}limit=${PAGE}${after && `&after=${seg(after)}`}`;
    const page: List<T> = await read(more, isList, signal);
    found.push(...page.items);
    after = page.next ?? "";
    each(found);
  } while (after);
  return found;
}

/** Say it; with `rehearse`, only ask what would come of it. */
export async function act(
  method: "POST" | "PUT",
  path: string,
  order: object,
  options: { rehearse?: boolean; etag?: string; key: string; signal: AbortSignal },
): Promise<Done> {
  const extra: Record<string, string> = { "content-type": "application/json" };
  if (options.etag) extra["if-match"] = `"${options.etag}"`;
  if (!options.rehearse) extra["idempotency-key"] = options.key;
  const answer = await send(
    `${path}${options.rehearse ? "?rehearse=true" : ""}`,
    { method, headers: extra, body: JSON.stringify(order) },
    options.signal,
  );
  const data = await body(answer);
  if (!answer.ok) throw troubleOf(answer.status, data, answer.headers.get("retry-after"));
  if (!isRecord(data) || !Array.isArray(data["says"]))
    throw new Trouble("nonsense", "The app answers what this page does not understand: look whether it was done.");
  return data as unknown as Done;
}

async function send(path: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    return await fetch(ROOT + path, {
      ...init,
      headers: { ...(await headers()), ...(init.headers as Record<string, string>) },
      signal: limit,
      cache: "no-store",
      redirect: "error",
    });
  } catch (error) {
    signal.throwIfAborted();
    throw asTrouble(error);
  }
}

async function body(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch {
    return undefined;
  }
}

function remember(path: string, etag: string | null, data: unknown): void {
  kept.delete(path);
  if (etag) kept.set(path, { etag, data });
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
}

export function forget(): void {
  kept.clear();
}

export function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

export function isList(data: unknown): boolean {
  return isRecord(data) && Array.isArray(data["items"]) && data["items"].every(isRecord);
}

/** Has these fields, whatever is in them. */
export function has(...names: string[]): (data: unknown) => boolean {
  return (data) => isRecord(data) && names.every((name) => name in data);
}
