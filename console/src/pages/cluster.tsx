// One cluster: each pool as a field of nodes, what is at work, what is used of the ledger.
import { useEffect, useMemo, useState } from "preact/hooks";
import { clearSize, Do, pause, resume, size } from "../act/deeds";
import { has, isList, read, readAll, seg } from "../api/client";
import type { ClusterView, IncidentView, List, NodeView, OperationView, PoolStatus } from "../api/forms";
import { OFTEN, SELDOM, useLive } from "../live";
import { to } from "../route";
import { plain, whole, words } from "../text";
import { Ago, Condition, Empty, Failed, Gauge, Name, Time, Waiting } from "../ui/basics";
import { conditionsOf, Grid } from "../ui/grid";
import { NodeList } from "../ui/node-list";
import { OpenIncidents } from "../ui/incident-rows";

// What is wrong and what pools have is asked for often, the rest less so: all together below once a second.
const WRONG = OFTEN * 1.1;
const REST = OFTEN * 3;

export function Cluster({ cluster }: { cluster: string }) {
  const path = `clusters/${seg(cluster)}`;
  const live = useLive<ClusterView>(path, (signal) => read(path, has("name", "pools", "masters"), signal), REST);
  const wrong = useLive<IncidentView[]>(`${path}/incidents`, (signal) => readAll(`${path}/incidents`, signal), WRONG);
  const pools = useLive<List<PoolStatus>>(`${path}/pools`, (signal) => read(`${path}/pools`, isList, signal), WRONG);
  const nodes = useNodes(path, pools.data?.items);
  const view = live.data;
  const incidents = wrong.data;
  const trouble = live.trouble ?? wrong.trouble;
  if (!view || !incidents) return trouble ? <Failed trouble={trouble} what={plain(cluster)} /> : <Waiting what={plain(cluster)} />;
  const paused = view.paused.some((one) => one.subject === "");
  const running = Math.max(view.running_operations, incidents.filter((one) => one.incident.operation).length);
  return (
    <>
      <h1>
        <Name of={cluster} /> <small class="dim">{view.mode}</small>
      </h1>
      <p class={view.is_late ? "bad" : "dim"} role={view.is_late ? "alert" : undefined}>
        {view.is_late ? "✗ The app has missed sweeps: is it running? " : ""}last sweep <Ago at={view.swept_at} /> · policy{" "}
        <a href="#/policy">{plain(view.policy, 20)}</a>
      </p>
      {view.paused.map((one) => (
        <p key={one.subject} class="warn">
          <strong>‖ {one.subject ? plain(one.subject) : "All of it"} is paused</strong> by <Name of={one.who} />: {plain(one.why, 200)}
        </p>
      ))}
      <div class="actions">
        {paused ? (
          <Do deed={resume(cluster)} role="operate">
            Resume
          </Do>
        ) : (
          <Do deed={pause(cluster)} role="operate">
            Pause the cluster
          </Do>
        )}
      </div>
      <h2>What is wrong</h2>
      <OpenIncidents of={incidents} most={12} />
      <Operations path={path} running={running} />
      <Masters of={view} incidents={incidents} />
      {pools.data?.items.map((pool) => (
        <Pool key={pool.pool} cluster={cluster} pool={pool} nodes={nodes} incidents={incidents} />
      ))}
    </>
  );
}

/** All nodes as they are remembered, read seldom: what is wrong with them is known from the incidents. Again when their
 * number has changed. */
function useNodes(path: string, pools: PoolStatus[] | undefined): NodeView[] | undefined {
  const many = pools?.map((one) => `${one.pool}:${one.nodes}:${one.conditions["joining"] ?? 0}`).join() ?? "";
  const [sofar, setSofar] = useState<{ path: string; nodes: NodeView[] } | undefined>();
  const live = useLive<NodeView[]>(
    `${path}/nodes ${many}`,
    (signal) => readAll<NodeView>(`${path}/nodes`, signal, (found) => setSofar({ path, nodes: [...found] })),
    SELDOM * 6,
  );
  return live.data ?? (sofar?.path === path ? sofar.nodes : undefined);
}

function Pool(props: { cluster: string; pool: PoolStatus; nodes: NodeView[] | undefined; incidents: IncidentView[] }) {
  const { cluster, pool, incidents } = props;
  const nodes = useMemo(() => withIncidents(props.nodes, pool.pool, incidents), [props.nodes, pool.pool, incidents]);
  const [asList, setAsList] = useState(false);
  return (
    <section aria-label={`Pool ${plain(pool.pool)}`}>
      <h2>
        <Name of={pool.pool} /> <small class="dim">{pool.mode}</small>
      </h2>
      <p>
        {pool.nodes} nodes, wanted {pool.wanted ?? "not known yet"}
        {pool.extra ? ` and ${pool.extra} more` : ""}
        {(nodes && nodes.length >= pool.nodes ? conditionsOf(nodes) : Object.entries(pool.conditions)).map(([name, count]) => (
          <span key={name}>
            {" "}
            · {count} <Condition of={name} />
          </span>
        ))}
      </p>
      {pool.storm_since ? (
        <p class="bad">
          <strong>✗ Storm</strong> since <Time at={pool.storm_since} />: nothing is repaired until <Time at={pool.storm_until} /> or longer.
        </p>
      ) : null}
      {pool.no_room ? <p class="bad">✗ Azure has no room for its machines ({plain(pool.no_room.code)}).</p> : null}
      {pool.unjoined.map((one) => (
        <p key={one.node} class="bad">
          ✗ No machine joined for <Name of={one.node} />: nothing is replaced.
        </p>
      ))}
      <div class="cards">
        <div>
          <Gauge name="at once" used={pool.at_once.used} limit={pool.at_once.limit} />
          <Gauge name="this hour" used={pool.hour.used} limit={pool.hour.limit} />
          <Gauge name="today" used={pool.day.used} limit={pool.day.limit} />
        </div>
      </div>
      <div class="actions">
        <a href={to("clusters", cluster, "capacity", pool.pool)}>Sizes over time</a>
        <Do deed={size(cluster, pool.pool, pool.wanted)} role="operate">
          Set its size
        </Do>
        {pool.bounds?.target?.because.source === "person" || pool.bounds?.min.because.source === "person" ? (
          <Do deed={clearSize(cluster, pool.pool)} role="operate">
            Take the size back
          </Do>
        ) : null}
        <Do deed={pause(cluster, pool.pool)} role="operate">
          Pause this pool
        </Do>
        <button aria-pressed={asList} onClick={() => setAsList(!asList)}>
          {asList ? "As a field" : "As a list"}
        </button>
      </div>
      {nodes === undefined ? <Waiting what="nodes" /> : null}
      {nodes?.length === 0 ? <Empty>No node was seen here yet.</Empty> : null}
      {nodes?.length ? asList ? <NodeList cluster={cluster} nodes={nodes} /> : <Grid cluster={cluster} nodes={nodes} /> : null}
    </section>
  );
}

/** The nodes of a pool, each with what is wrong with it by now. */
function withIncidents(nodes: NodeView[] | undefined, pool: string, incidents: IncidentView[]): NodeView[] | undefined {
  const wrong = new Map(incidents.map((one) => [one.incident.node, one]));
  return nodes
    ?.filter((one) => one.pool === pool)
    .map((one) => {
      const incident = wrong.get(one.name)?.incident;
      if (incident) return one.condition === incident.condition ? one : { ...one, condition: incident.condition, because: incident.because };
      const well = one.joined_at ? "healthy" : "joining";
      return one.condition === well ? one : { ...one, condition: well, because: "" };
    });
}

function Operations({ path, running }: { path: string; running: number }) {
  const live = useLive<OperationView[]>(
    `${path}/operations ${running > 0}`,
    (signal) => (running ? readAll<OperationView>(`${path}/operations`, signal) : Promise.resolve([])),
    running ? OFTEN * 1.8 : SELDOM,
  );
  const [last, setLast] = useState<OperationView[]>([]);
  useEffect(() => {
    if (live.data) setLast(live.data);
  }, [live.data]);
  if (!running && !last.length) return null;
  return (
    <>
      <h2>What is being done</h2>
      <div class="cards" aria-live="polite">
        {last.map((one) => (
          <section key={one.id} class="card" aria-label={plain(one.subject.node)}>
            <h3>
              {words(one.remedy)} <Name of={one.subject.node} />
            </h3>
            <Steps of={one} />
            <a href={to("clusters", one.cluster, "incidents", one.incident)}>Why, and what is next</a>
          </section>
        ))}
      </div>
    </>
  );
}

export function Steps({ of: one }: { of: OperationView }) {
  const running = one.state === "running";
  return (
    <ol class="steps">
      {one.steps.map((step, number) => (
        <li key={`${step.step} ${number}`} class="done">
          {words(step.step)} <span class="dim" title={whole(step.outcome)}>{plain(step.outcome, 90)}</span>
        </li>
      ))}
      {running ? (
        <li class="now" aria-current="step">
          <strong>{words(one.step)}</strong> since <Ago at={one.step_since} /> <span class="dim">{plain(one.notes["waiting"] ?? "", 160)}</span>
        </li>
      ) : null}
      {one.ahead.map((step) => (
        <li key={`ahead ${step}`} class="dim">
          {words(step)}
        </li>
      ))}
    </ol>
  );
}

function Masters({ of: view, incidents }: { of: ClusterView; incidents: IncidentView[] }) {
  const ill = incidents.filter((one) => one.incident.pool === "(masters)");
  const { addresses, leader } = view.masters;
  const leads = (address: string): boolean => leader !== "" && [leader, leader.split(":")[0]].includes(address);
  const majority = Math.floor(view.masters.count / 2) + 1;
  return (
    <section aria-label="Masters">
      <h2>Masters</h2>
      <p>
        {view.masters.count} in the policy, {majority} are the quorum · {view.masters.mode ? `healed: ${view.masters.mode}` : "watched, never touched"}
      </p>
      <ul>
        {addresses.map((address) => {
          const wrong = ill.find((one) => one.incident.node === address)?.incident;
          return (
            <li key={address}>
              <Name of={address} /> {leads(address) ? <strong>★ leads </strong> : null}
              {wrong ? <Condition of={wrong.condition} /> : <span class="good">● nothing known against it</span>}
            </li>
          );
        })}
      </ul>
      {leader && !addresses.some(leads) ? (
        <p>
          ★ <Name of={leader} /> leads
        </p>
      ) : null}
      {leader ? null : <p class="warn">Who leads was not read at the last sweep.</p>}
      {ill.length ? <OpenIncidents of={ill} /> : null}
    </section>
  );
}
