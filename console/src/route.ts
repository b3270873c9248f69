// Where somebody is: `#/clusters/prod/nodes/x`. Behind the `#`, so that a link leads to it and the app serves one page.
import { useEffect, useState } from "preact/hooks";

export function useRoute(): string[] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = (): void => setHash(location.hash);
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return parts(hash);
}

export function parts(hash: string): string[] {
  return hash
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .map((one) => {
      try {
        return decodeURIComponent(one);
      } catch {
        return one;
      }
    });
}

export function to(...names: string[]): string {
  return `#/${names.map(encodeURIComponent).join("/")}`;
}
