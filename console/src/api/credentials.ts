// Who asks: a key of the API, kept for as long as this tab is open, or a token of Entra.
const KEY = "poolkeeper.key";

export interface Entra {
  authority: string;
  client: string;
}

type Listener = () => void;
const listeners = new Set<Listener>();
let token: (() => Promise<string>) | undefined;

export function hasCredentials(): boolean {
  return token !== undefined || sessionStorage.getItem(KEY) !== null;
}

export async function headers(): Promise<Record<string, string>> {
  if (token) return { authorization: `Bearer ${await token()}` };
  const key = sessionStorage.getItem(KEY);
  return key === null ? {} : { "x-api-key": key };
}

export function signIn(key: string): void {
  sessionStorage.setItem(KEY, key);
  tell();
}

export function signInWith(getToken: () => Promise<string>): void {
  token = getToken;
  tell();
}

export function signOut(): void {
  token = undefined;
  sessionStorage.removeItem(KEY);
  tell();
}

export function onCredentials(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const one of listeners) one();
}
