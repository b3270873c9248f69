// What may be said, each with what it asks for; and the button that begins it, where this role may.
import { useState } from "preact/hooks";
import { seg } from "../api/client";
import type { IncidentView, NodeView } from "../api/forms";
import { useMay } from "../me";
import { plain } from "../text";
import { type Deed, Dialog, type Field } from "./dialog";

const WHY: Field = { name: "why", label: "Why", needed: true };
const FOR: Field = { name: "for", label: "For how long", kind: "duration" };

export function Do({ deed, role, children }: { deed: Deed; role: "operate" | "approve"; children: string }) {
  const [open, setOpen] = useState(false);
  if (!useMay(role)) return null;
  return (
    <>
      <button onClick={() => setOpen(true)}>
        {children}
      </button>
      {open ? <Dialog deed={deed} close={() => setOpen(false)} /> : null}
    </>
  );
}

export function pause(cluster: string, subject = ""): Deed {
  const fixed = subject ? { subject } : {};
  return { title: `Pause ${plain(subject || cluster)}`, path: `clusters/${seg(cluster)}/pause`, fields: [WHY, FOR], fixed };
}

export function resume(cluster: string, subject = ""): Deed {
  const fixed = subject ? { subject } : {};
  return { title: `Resume ${plain(subject || cluster)}`, path: `clusters/${seg(cluster)}/resume`, fields: [WHY], fixed };
}

export function hold(node: NodeView): Deed {
  const path = `clusters/${seg(node.cluster)}/nodes/${seg(node.name)}/hold`;
  return { title: `Hold ${plain(node.name)}`, path, fields: [WHY, FOR] };
}

export function release(node: NodeView): Deed {
  const path = `clusters/${seg(node.cluster)}/nodes/${seg(node.name)}/release`;
  return { title: `Release ${plain(node.name)}`, path, fields: [WHY] };
}

export function replace(node: NodeView): Deed {
  return {
    title: "Replace this node",
    path: `clusters/${seg(node.cluster)}/nodes/${seg(node.name)}/replace`,
    fields: [{ name: "node", label: `Its whole name once more: ${plain(node.name, 200)}`, needed: true }, WHY],
    grave: true,
    ...(node.etag ? { etag: node.etag } : {}),
  };
}

export function approve(one: IncidentView): Deed {
  const { cluster, id } = one.incident;
  return {
    title: `Approve ${one.awaits || "a remedy"}`,
    path: `clusters/${seg(cluster)}/incidents/${seg(id)}/approve`,
    fields: [WHY, { ...FOR, value: "1h" }],
    fixed: one.awaits ? { remedy: one.awaits } : {},
    grave: true,
  };
}

export function reject(one: IncidentView): Deed {
  const { cluster, id } = one.incident;
  return { title: "Reject", path: `clusters/${seg(cluster)}/incidents/${seg(id)}/reject`, fields: [WHY, FOR] };
}

export function size(cluster: string, pool: string, now: number | null): Deed {
  const target: Field = { name: "target", label: "Machines", kind: "number", needed: true, value: now === null ? "" : String(now) };
  return {
    title: `Set the size of ${plain(pool)}`,
    method: "PUT",
    path: `clusters/${seg(cluster)}/pools/${seg(pool)}/size`,
    fields: [target, WHY, { ...FOR, value: "2h" }],
    grave: true,
  };
}

export function clearSize(cluster: string, pool: string): Deed {
  return {
    title: `Give ${plain(pool)} back to its schedules and load`,
    path: `clusters/${seg(cluster)}/pools/${seg(pool)}/size/clear`,
    fields: [WHY],
  };
}

export function replay(row: string): Deed {
  return { title: "Try it once more", path: `quarantine/${seg(row)}/replay`, fields: [WHY] };
}

export function drop(row: string): Deed {
  return { title: "Forget it for good", path: `quarantine/${seg(row)}/drop`, fields: [WHY], grave: true };
}
