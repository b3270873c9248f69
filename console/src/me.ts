// Who is here, and what that role may do: what another role may do is not offered.
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Caller } from "./api/forms";

export const Me = createContext<Caller | undefined>(undefined);

const RANK = ["view", "operate", "approve"];

export function useMay(role: "operate" | "approve"): boolean {
  const me = useContext(Me);
  return me !== undefined && RANK.indexOf(me.role) >= RANK.indexOf(role);
}
