// The nodes of a pool as a list; only the rows that are seen are in the page.
import { useMemo, useRef, useState } from "preact/hooks";
import type { NodeView } from "../api/forms";
import { to } from "../route";
import { plain } from "../text";
import { Condition, Name } from "./basics";

const ROW = 32;
const ROOM = 12;

export function NodeList({ cluster, nodes }: { cluster: string; nodes: NodeView[] }) {
  const [text, setText] = useState("");
  const [top, setTop] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    const wanted = text.toLowerCase();
    return nodes.filter((one) => !wanted || `${one.name} ${one.address} ${one.condition}`.toLowerCase().includes(wanted));
  }, [nodes, text]);
  const first = Math.max(0, Math.floor(top / ROW) - ROOM);
  const shown = found.slice(first, first + Math.ceil(560 / ROW) + 2 * ROOM);
  return (
    <>
      <div class="filters">
        <label>
          Name, address or condition
          <input value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <span class="dim">{found.length.toLocaleString("en")} nodes</span>
      </div>
      <div
        ref={box}
        class="rows"
        tabIndex={0}
        role="region"
        aria-label="Nodes"
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <ul style={{ height: `${found.length * ROW}px` }}>
          {shown.map((one, number) => (
            <li key={one.name} style={{ top: `${(first + number) * ROW}px`, height: `${ROW}px` }} aria-setsize={found.length} aria-posinset={first + number + 1}>
              <a href={to("clusters", cluster, "nodes", one.name)}>
                <Name of={one.name} />
              </a>{" "}
              <Condition of={one.condition} /> <span class="dim">{[one.zone && `zone ${plain(one.zone, 20)}`, plain(one.address, 40)].filter(Boolean).join(" · ")}</span>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}
