// A pool's sizes: what it had and was to have, what its load asked for, what the clock will make of it this week.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clearSize, Do, size } from "../act/deeds";
import { has, isList, read, seg } from "../api/client";
import type { List, PoolHistory, PoolSchedule, PoolStatus } from "../api/forms";
import { SELDOM, useLive } from "../live";
import { usePrefs } from "../prefs";
import { to } from "../route";
import { plain } from "../text";
import { Empty, Failed, Name, Time, Waiting } from "../ui/basics";

const HOURS = [6, 24, 168];

export function Capacity({ cluster, pool }: { cluster: string; pool: string | undefined }) {
  const path = `clusters/${seg(cluster)}/pools`;
  const live = useLive<List<PoolStatus>>(path, (signal) => read(path, isList, signal), SELDOM / 4);
  const pools = live.data?.items;
  if (!pools) return live.trouble ? <Failed trouble={live.trouble} what="Capacity" /> : <Waiting what="pools" />;
  const chosen = pools.find((one) => one.pool === pool) ?? pools[0];
  if (!chosen) return <Empty>The cluster has no pools.</Empty>;
  return (
    <>
      <h1>
        Capacity of {plain(cluster)}/<Name of={chosen.pool} />
      </h1>
      <div class="actions">
        {pools.length > 1
          ? pools.map((one) => (
              <a key={one.pool} href={to("clusters", cluster, "capacity", one.pool)} aria-current={one === chosen ? "page" : undefined}>
                <Name of={one.pool} />
              </a>
            ))
          : null}
        <Do deed={size(cluster, chosen.pool, chosen.wanted)} role="operate">
          Set its size
        </Do>
        <Do deed={clearSize(cluster, chosen.pool)} role="operate">
          Take a size back
        </Do>
      </div>
      <Now of={chosen} />
      <Past cluster={cluster} pool={chosen.pool} />
      <Week cluster={cluster} pool={chosen.pool} />
    </>
  );
}

function Now({ of: pool }: { of: PoolStatus }) {
  const bounds = pool.bounds;
  return (
    <p>
      {pool.nodes} nodes, wanted {pool.wanted ?? "not known yet"}.{" "}
      {bounds
        ? bounds.target
          ? `It is to have ${bounds.target.nodes}, by ${bounds.target.because.source} ${plain(bounds.target.because.name)}.`
          : `It may have ${bounds.min.nodes} (${bounds.min.because.source} ${plain(bounds.min.because.name)}) to ${bounds.max.nodes} (${bounds.max.because.source} ${plain(bounds.max.because.name)}).`
        : "Nothing moves its size but repair."}
    </p>
  );
}

function Past({ cluster, pool }: { cluster: string; pool: string }) {
  const [hours, setHours] = useState(24);
  const path = `clusters/${seg(cluster)}/pools/${seg(pool)}/history?hours=${hours}`;
  const live = useLive<PoolHistory>(path, (signal) => read(path, has("at", "wanted", "had"), signal), SELDOM);
  return (
    <section aria-label="Over time">
      <h2>Over time</h2>
      <div class="actions">
        {HOURS.map((one) => (
          <button key={one} class={one === hours ? "main" : ""} aria-pressed={one === hours} onClick={() => setHours(one)}>
            {one < 48 ? `${one} hours` : `${one / 24} days`}
          </button>
        ))}
      </div>
      {live.data ? live.data.at.length ? <Chart of={live.data} hours={hours} /> : <Empty>Nothing was written down in that time yet.</Empty> : live.trouble ? <Failed trouble={live.trouble} what="The past" /> : <Waiting what="the past" />}
    </section>
  );
}

const LINES: [name: "wanted" | "had" | "well" | "asked", what: string, tone: string, dash: number[]][] = [
  ["wanted", "wanted", "--accent", []],
  ["had", "had", "--good", []],
  ["well", "of these healthy", "--busy", [2, 3]],
  ["asked", "asked for by load", "--warn", [7, 4]],
];

function Chart({ of: past, hours }: { of: PoolHistory; hours: number }) {
  const box = useRef<HTMLDivElement>(null);
  const { zone, theme } = usePrefs();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    setWidth(element.clientWidth);
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const element = box.current;
    if (!element || !width) return;
    const style = getComputedStyle(element);
    const ink = style.getPropertyValue("--dim");
    const axis = { stroke: ink, grid: { stroke: style.getPropertyValue("--line"), width: 1 } };
    const chart = new uPlot(
      {
        width,
        height: 260,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        ...(zone === "utc" ? { tzDate: (ts: number) => uPlot.tzDate(new Date(ts * 1000), "UTC") } : {}),
        scales: { x: { range: () => [Date.now() / 1000 - hours * 3600, Date.now() / 1000] }, y: { range: (_chart, _low, high) => [0, Math.max(4, Math.ceil(high * 1.15))] } },
        axes: [axis, { ...axis, size: 44 }],
        series: [
          {},
          ...LINES.map(([, label, tone, dash]) => ({
            label,
            stroke: style.getPropertyValue(tone),
            width: 2,
            dash,
            points: { show: past.at.length < 3 },
            paths: uPlot.paths.stepped!({ align: 1 }),
          })),
        ],
      },
      [past.at.map((one) => Date.parse(one) / 1000), ...LINES.map(([name]) => past[name])] as uPlot.AlignedData,
      element,
    );
    return () => chart.destroy();
  }, [past, hours, width, zone, theme]);
  const last = past.at.length - 1;
  return (
    <>
      <div class="chart" ref={box} role="img" aria-label={`Sizes over time, at last: ${LINES.map(([name, what]) => `${what} ${past[name][last] ?? "not known"}`).join(", ")}`} />
      <div class="legend">
        {LINES.map(([name, what, tone, dash]) => (
          <span key={name}>
            <i style={{ borderColor: `var(${tone})`, borderTopStyle: dash.length ? "dashed" : "solid" }} />
            {what}: {past[name][last] ?? "–"}
          </span>
        ))}
      </div>
    </>
  );
}

function Week({ cluster, pool }: { cluster: string; pool: string }) {
  const path = `clusters/${seg(cluster)}/schedules?pool=${seg(pool)}`;
  const live = useLive<List<PoolSchedule>>(path, (signal) => read(path, isList, signal), SELDOM * 6);
  const found = live.data?.items[0];
  if (!live.data) return live.trouble ? <Failed trouble={live.trouble} what="The coming week" /> : <Waiting what="schedules" />;
  if (!found) return <Empty>No schedule moves this pool.</Empty>;
  const rows = found.ahead.rows;
  const begin = Date.parse(rows[0]?.begin ?? found.at);
  const days = Array.from({ length: 7 }, (_, day) => begin + day * 86_400_000);
  return (
    <section aria-label="The coming week">
      <h2>The coming week</h2>
      <div class="week">
        {days.map((day) => (
          <div key={day} class="row">
            <span>
              <Time at={day} />
            </span>
            <div class="bar">
              {rows
                .map((row) => ({ row, from: Math.max(Date.parse(row.begin), day), until: Math.min(Date.parse(row.end), day + 86_400_000) }))
                .filter((one) => one.until > one.from)
                .map(({ row, from, until }) => {
                  const told = row.target !== null ? String(row.target) : row.min === row.max ? String(row.min) : `${row.min} to ${row.max}`;
                  return (
                    <span
                      key={row.begin}
                      title={`${told}: ${plain(row.by.join(", "), 120)}`}
                      style={{ left: `${((from - day) / 864_000).toFixed(2)}%`, width: `${((until - from) / 864_000).toFixed(2)}%`, opacity: row.by.length ? 1 : 0.55 }}
                    >
                      {told}
                    </span>
                  );
                })}
            </div>
          </div>
        ))}
      </div>
    </section>
  );
}
