// What somebody likes: light or dark, times of here or UTC. Kept in this browser; nothing else is.
import { useEffect, useState } from "preact/hooks";

type Theme = "auto" | "light" | "dark";
type Zone = "local" | "utc";
interface Prefs {
  theme: Theme;
  zone: Zone;
}

const KEY = "poolkeeper.prefs";
const listeners = new Set<() => void>();
let prefs: Prefs = load();

function load(): Prefs {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
    return {
      theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : "auto",
      zone: kept.zone === "utc" ? "utc" : "local",
    };
  } catch {
    return { theme: "auto", zone: "local" };
  }
}

export function set(change: Partial<Prefs>): void {
  prefs = { ...prefs, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // this browser keeps nothing: it holds until the page is closed
  }
  apply();
  for (const one of listeners) one();
}

export function apply(): void {
  if (prefs.theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = prefs.theme;
}

export function usePrefs(): Prefs {
  const [, again] = useState(0);
  useEffect(() => {
    const listener = (): void => again((n) => n + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return prefs;
}
