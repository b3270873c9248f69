// What a page shows, kept up to date: asked again and again while somebody looks at it.
import { useEffect, useRef, useState } from "preact/hooks";
import { asTrouble, type Trouble } from "./api/trouble";
import { heard, silent } from "./pulse";

export const OFTEN = 2500;
export const SELDOM = 20_000;
const SLOWEST = 30_000;

const lookers = new Set<() => void>();

/** Somebody has said something: every page looks at once what came of it. */
export function lookAgain(): void {
  for (const one of lookers) one();
}

export interface Live<T> {
  data: T | undefined;
  trouble: Trouble | undefined;
  at: number;
  again: () => void;
}

/** Reads now and each `every` ms. `what` names it: another name begins anew. Slower while the app does not answer, and
 * not at all while nobody sees the page. */
export function useLive<T>(what: string, load: (signal: AbortSignal) => Promise<T>, every = OFTEN): Live<T> {
  const [state, setState] = useState<{ what: string; data?: T; trouble?: Trouble; at: number }>({ what, at: 0 });
  const loading = useRef(load);
  loading.current = load;
  const wake = useRef<() => void>(() => undefined);

  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    let failures = 0;
    const next = (ms: number): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void look(), ms);
    };
    const look = async (): Promise<void> => {
      if (document.hidden) return;
      try {
        const data = await loading.current(stop.signal);
        failures = 0;
        heard();
        setState((before) =>
          before.what === what && before.data === data && !before.trouble
            ? before
            : { what, data, at: Date.now() },
        );
        next(every);
      } catch (error) {
        if (stop.signal.aborted) return;
        const trouble = asTrouble(error);
        failures += 1;
        silent(trouble);
        setState((before) => ({ ...(before.what === what ? before : { what, at: 0 }), trouble }));
        next(trouble.afterMs || Math.min(SLOWEST, every * 2 ** Math.min(failures - 1, 4)));
      }
    };
    const seen = (): void => {
      if (!document.hidden) next(0);
    };
    const again = (): void => next(0);
    wake.current = again;
    lookers.add(again);
    document.addEventListener("visibilitychange", seen);
    next(0);
    return () => {
      stop.abort();
      lookers.delete(again);
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [what, every]);

  const mine = state.what === what ? state : { what, at: 0 };
  return { data: mine.data, trouble: mine.trouble, at: mine.at, again: () => wake.current() };
}

/** Now, each second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
