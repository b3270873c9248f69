// Why something was not told or not done, in a sentence for whoever looks at it.
import type { Problem } from "./forms";

export type Kind =
  | "stranger" // nobody knows these credentials: sign in
  | "role" // known, and may not do that
  | "missing" // nothing has this name (any more)
  | "refused" // something stands against it
  | "changed" // somebody else has changed it since it was read
  | "busy" // too much at once: wait
  | "silent" // no answer, or one that tells of a fault of the app
  | "nonsense"; // an answer that this page does not understand

export class Trouble extends Error {
  constructor(
    readonly kind: Kind,
    sentence: string,
    readonly reason = "",
    readonly numbers: Record<string, unknown> = {},
    readonly afterMs = 0,
  ) {
    super(sentence);
  }
}

const KINDS: Record<number, Kind> = {
  401: "stranger",
  403: "role",
  404: "missing",
  409: "refused",
  412: "changed",
  422: "refused",
  429: "busy",
  400: "refused",
};

/** Of an answer that is no success. `body` is what could be read of it. */
export function troubleOf(status: number, body: unknown, retryAfter: string | null): Trouble {
  const told = isProblem(body) ? body : undefined;
  const kind = KINDS[status] ?? "silent";
  const wait = Number(retryAfter);
  const afterMs = Number.isFinite(wait) && wait > 0 ? Math.min(wait, 120) * 1000 : 0;
  const sentence = told?.detail || `The app answers ${status}${told ? "" : " without saying why"}.`;
  return new Trouble(kind, sentence, told?.type.split("/").pop() ?? "", told?.numbers ?? {}, afterMs);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && typeof (body as Problem).type === "string";
}

/** Whatever went wrong, as trouble. */
export function asTrouble(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  return new Trouble("silent", "The app does not answer: it is not reached, or not running.");
}
