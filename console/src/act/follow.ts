// From the resource where something can be followed to the page that shows it.
import { to } from "../route";

export function followOf(path: string): string {
  const [first, cluster, what, name] = path.split("/");
  if (first === "quarantine") return "#/quarantine";
  if (first !== "clusters" || !cluster) return "";
  if (what === "pools" && name) return to("clusters", cluster, "capacity", name);
  if ((what === "nodes" || what === "incidents") && name) return to("clusters", cluster, what, name);
  if (what === "incidents") return to("clusters", cluster, "incidents");
  return to("clusters", cluster);
}
