// How often the API is asked: a page may ask for much at once when it opens, and less than once a second after that.
const ROOM = 16;
const EACH_MS = 1100;

let left = ROOM;
let since = performance.now();

/** Waits until it is this request's turn. */
export async function turn(signal: AbortSignal): Promise<void> {
  for (;;) {
    const now = performance.now();
    const more = Math.floor((now - since) / EACH_MS);
    if (more > 0) {
      left = Math.min(ROOM, left + more);
      since += more * EACH_MS;
    }
    if (left > 0) {
      left -= 1;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, since + EACH_MS - now));
    signal.throwIfAborted();
  }
}
