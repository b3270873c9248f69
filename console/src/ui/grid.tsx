// The nodes of a pool as a field of signs, by zone and fault domain. Drawn on a canvas as far as it is seen, so that ten
// thousand are as smooth as ten; the list beside it has the same for keyboards and screen readers.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { NodeView } from "../api/forms";
import { to } from "../route";
import { plain, words } from "../text";
import { signOf } from "./basics";

const CELL = 18;

interface Group {
  name: string;
  nodes: NodeView[];
}

function place(one: NodeView): string {
  const zone = one.zone ? `zone ${plain(one.zone, 20)}` : "";
  const domain = one.fault_domain === null ? "" : `fault domain ${one.fault_domain}`;
  return [zone, domain].filter(Boolean).join(", ") || "place not told";
}

export function grouped(nodes: NodeView[]): Group[] {
  const found = new Map<string, NodeView[]>();
  for (const one of nodes) {
    const name = place(one);
    const group = found.get(name);
    if (group) group.push(one);
    else found.set(name, [one]);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([name, nodes]) => ({ name, nodes }));
}

export function Grid({ cluster, nodes }: { cluster: string; nodes: NodeView[] }) {
  const groups = useMemo(() => grouped(nodes), [nodes]);
  return (
    <div class="grid">
      {groups.map((group) => (
        <Field key={group.name} cluster={cluster} group={group} />
      ))}
    </div>
  );
}

function Field({ cluster, group }: { cluster: string; group: Group }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [near, setNear] = useState<NodeView | undefined>();
  const columns = Math.max(1, Math.floor(width / CELL));
  const height = Math.ceil(group.nodes.length / columns) * CELL;
  const counts = useMemo(() => countsOf(group.nodes), [group.nodes]);

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    setWidth(element.clientWidth);
    return () => watch.disconnect();
  }, []);

  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, group.nodes, columns, width, height);
  }, [group.nodes, columns, width, height]);

  const at = (event: MouseEvent): NodeView | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box) return undefined;
    const column = Math.floor((event.clientX - box.left) / CELL);
    if (column >= columns) return undefined;
    return group.nodes[Math.floor((event.clientY - box.top) / CELL) * columns + column];
  };

  return (
    <figure class="field">
      <figcaption>
        {group.name}: {counts}
        {near ? (
          <span class="near">
            {" "}
            · {plain(near.name)} {words(near.condition)}
          </span>
        ) : null}
      </figcaption>
      <canvas
        ref={canvas}
        style={{ width: `${width}px`, height: `${height}px` }}
        role="img"
        aria-label={`${group.name}: ${counts}`}
        onMouseMove={(event) => setNear(at(event))}
        onMouseLeave={() => setNear(undefined)}
        onClick={(event) => {
          const one = at(event);
          if (one) location.hash = to("clusters", cluster, "nodes", one.name);
        }}
      />
    </figure>
  );
}

/** How many are in which condition, most first. */
export function conditionsOf(nodes: NodeView[]): [condition: string, count: number][] {
  const counts = new Map<string, number>();
  for (const one of nodes) counts.set(one.condition, (counts.get(one.condition) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function countsOf(nodes: NodeView[]): string {
  return conditionsOf(nodes)
    .map(([name, count]) => `${count.toLocaleString("en")} ${words(plain(name))}`)
    .join(", ");
}

const MOST_PIXELS = 16_000;

function draw(canvas: HTMLCanvasElement, nodes: NodeView[], columns: number, width: number, height: number): void {
  const scale = Math.min(devicePixelRatio || 1, MOST_PIXELS / Math.max(height, 1));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const style = getComputedStyle(canvas);
  const tones = new Map(["good", "busy", "warn", "bad"].map((tone) => [tone, style.getPropertyValue(`--${tone}`)]));
  pen.scale(scale, scale);
  pen.font = `${CELL - 4}px ${style.fontFamily}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  nodes.forEach((one, number) => {
    const [sign, tone] = signOf(one.condition);
    pen.fillStyle = tones.get(tone) || "#888";
    const x = (number % columns) * CELL + CELL / 2;
    const y = Math.floor(number / columns) * CELL + CELL / 2;
    if (sign === "●") {
      pen.beginPath();
      pen.arc(x, y, CELL / 2 - 4, 0, 7);
      pen.fill();
    } else pen.fillText(sign, x, y + 1);
  });
}

