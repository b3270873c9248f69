// Whether the app answers, and since when it has not.
import { useEffect, useState } from "preact/hooks";
import { signOut } from "./api/credentials";
import type { Trouble } from "./api/trouble";

export interface Pulse {
  heardAt: number;
  since: number;
  trouble: Trouble | undefined;
}

let pulse: Pulse = { heardAt: 0, since: 0, trouble: undefined };
const listeners = new Set<() => void>();

export function heard(): void {
  const before = pulse;
  pulse = { heardAt: Date.now(), since: 0, trouble: undefined };
  if (before.trouble || Date.now() - before.heardAt > 900) tell();
}

export function silent(trouble: Trouble): void {
  if (trouble.kind === "stranger") return signOut();
  if (trouble.kind === "missing" || trouble.kind === "refused") return;
  pulse = { ...pulse, since: pulse.since || Date.now(), trouble };
  tell();
}

export function usePulse(): Pulse {
  const [, again] = useState(0);
  useEffect(() => {
    const listener = (): void => again((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return pulse;
}

function tell(): void {
  for (const one of listeners) one();
}
