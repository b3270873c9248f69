// A node or an incident: what it is in all three worlds, what was seen, judged and decided by which numbers, what is next.
import { Do, hold, release, replace } from "../act/deeds";
import { has, read, seg } from "../api/client";
import type { AuditRecord, Explained, GuardAnswer, Incident, NodeView } from "../api/forms";
import { useLive } from "../live";
import { to } from "../route";
import { counted, plain, span, whole, words } from "../text";
import { Ago, Condition, Empty, Facts, Failed, Name, Time, Waiting } from "../ui/basics";
import { Steps } from "./cluster";

const PARTS: [name: string, what: string][] = [
  ["heard", "until it was heard of"],
  ["decided", "until something was decided"],
  ["drained", "until it was emptied, or taken away"],
  ["ordered", "until Azure took the order"],
  ["booted", "until the machine ran"],
  ["joined", "until its agent had joined"],
  ["back", "until what ran there ran again"],
];

export function Explanation({ cluster, kind, name }: { cluster: string; kind: "nodes" | "incidents"; name: string }) {
  const path = `clusters/${seg(cluster)}/${kind}/${seg(name)}/explanation`;
  const live = useLive<Explained>(path, (signal) => read(path, has("node", "next", "audit"), signal));
  const told = live.data;
  if (!told) return live.trouble ? <Failed trouble={live.trouble} what={plain(name)} /> : <Waiting what={plain(name)} />;
  return (
    <>
      <p>
        <a href={to("clusters", cluster)}>← {plain(cluster)}</a>
      </p>
      <h1>
        <Name of={told.node} most={90} />
      </h1>
      <Head of={told} />
      <h2>What happens next</h2>
      <ul aria-live="polite">{told.next.map((one) => <li key={one}>{plain(one, 600)}</li>)}</ul>
      {told.memory ? <Identity of={told} cluster={cluster} /> : null}
      {told.incident ? <Story of={told.incident} told={told} /> : null}
      {told.incident?.decision ? <Decided answers={told.incident.decision.answers} of={told.incident} /> : null}
      {told.operation ? (
        <>
          <h2>What {told.operation.state === "running" ? "is being" : "was"} done</h2>
          <p>
            {words(told.operation.remedy)}, {words(told.operation.state)}
            {told.operation.outcome ? `: ${plain(told.operation.outcome, 300)}` : ""}
          </p>
          <Steps of={told.operation} />
        </>
      ) : null}
      {told.evidence ? <Kept of={told} /> : null}
      <h2>The audit of it</h2>
      {told.audit_is_whole ? null : <p class="dim">Earlier entries are left out, for the audit of the cluster is long.</p>}
      <Records of={told.audit} />
      {told.earlier.length ? (
        <>
          <h2>Earlier incidents</h2>
          <ul>
            {told.earlier.map((one) => (
              <li key={one.id}>
                <a href={to("clusters", cluster, "incidents", one.id)}>
                  <Name of={one.id} most={90} />
                </a>{" "}
                {words(one.condition)}: {plain(one.outcome, 200)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}

function Head({ of: told }: { of: Explained }) {
  const incident = told.incident;
  if (!incident)
    return (
      <p>
        <Condition of={told.memory?.joined_at ? "healthy" : "joining"} /> as last remembered; no incident
      </p>
    );
  if (incident.closed_at)
    return (
      <p>
        was <Condition of={incident.condition} />, {words(incident.state)} <Ago at={incident.closed_at} />: {plain(incident.outcome, 300)}
      </p>
    );
  return (
    <p>
      <Condition of={incident.condition} /> since <Time at={incident.since} /> (<Ago at={incident.since} />):{" "}
      <span title={whole(incident.because)}>{plain(incident.because, 300)}</span>
    </p>
  );
}

function Identity({ of: told, cluster }: { of: Explained; cluster: string }) {
  const memory = told.memory;
  if (!memory) return null;
  const held = told.overrides.some((one) => one.kind === "pause" && one.subject === told.node);
  const node = { cluster, name: told.node, etag: "" } as NodeView;
  return (
    <>
      <div class="actions">
        {held ? (
          <Do deed={release(node)} role="operate">
            Release this node
          </Do>
        ) : (
          <Do deed={hold(node)} role="operate">
            Hold this node
          </Do>
        )}
        <Do deed={replace(node)} role="operate">
          Replace this node
        </Do>
      </div>
      <h2>The machine</h2>
      <Facts
        of={[
          ["Instance", <Name key="i" of={`${memory.instance_id} (${memory.vm_id})`} />],
          ["Agent", <Name key="a" of={memory.agent_id ?? "none yet"} />],
          ["Address", <Name key="d" of={[memory.address, memory.hostname].filter(Boolean).join(", ") || "not known"} />],
          ["Pool", <Name key="p" of={memory.pool} />],
          ["Place", plain([memory.zone && `zone ${memory.zone}`, memory.fault_domain !== null && `fault domain ${memory.fault_domain}`].filter(Boolean).join(", ") || "not told by Azure")],
          ["First seen", <Time key="s" at={memory.first_seen_at} />],
          ["Joined", <Time key="j" at={memory.joined_at} />],
          ["Tasks", plain(Object.entries(memory.tasks ?? {}).map(([name, count]) => `${count} of ${name}`).join(", ") || "none", 300)],
          ["Keeps data", plain((memory.held ?? []).map((one) => `${counted(one.volumes, "volume")} for ${one.role}`).join(", ") || "none that is known", 300)],
          ["Services", plain(told.operation?.subject.services.join(", ") || "none that is known", 300)],
          ["Lost", memory.losses.length ? `${counted(memory.losses.length, "time")} within the last week` : "never within the last week"],
        ]}
      />
    </>
  );
}

function Story({ of: incident, told }: { of: Incident; told: Explained }) {
  const parts = PARTS.map(([name, what]) => ({ name, what, s: told.parts?.[name] ?? 0 }));
  const all = parts.reduce((sum, one) => sum + one.s, 0);
  return (
    <>
      <h2>What was heard</h2>
      {incident.signals.length ? (
        <ul>
          {incident.signals.map((one) => (
            <li key={one.event_id + one.heard_at}>
              <Time at={one.heard_at} /> {words(one.source)} says {words(one.kind)}
              {one.by ? `, done by ${plain(one.by)}` : ""}
            </li>
          ))}
        </ul>
      ) : (
        <Empty>No signal told of it: a sweep found it.</Empty>
      )}
      {all > 0 && told.operation?.closed_at ? (
        <>
          <h2>Where the time went: {span(all * 1000)}</h2>
          <div class="parts" aria-hidden="true">
            {parts.filter((one) => one.s > 0).map((one) => (
              <span key={one.name} style={{ flex: one.s }} title={`${one.name} ${span(one.s * 1000)}`} />
            ))}
          </div>
          <Facts of={parts.map((one) => [one.name, `${span(one.s * 1000)}, ${one.what}`])} />
        </>
      ) : null}
    </>
  );
}

function Decided({ answers, of: incident }: { answers: GuardAnswer[]; of: Incident }) {
  const decision = incident.decision;
  if (!decision) return null;
  return (
    <>
      <h2>What was decided</h2>
      <p>
        <strong>
          {words(decision.verdict)} {decision.remedy ? words(decision.remedy) : ""}
        </strong>{" "}
        {decision.until ? (
          <>
            until <Time at={decision.until} />
          </>
        ) : null}
      </p>
      <p>{plain(decision.because, 600)}</p>
      {answers.length ? (
        <div class="scroll" tabIndex={0} role="region" aria-label="Answers of the guards">
          <table>
            <thead>
              <tr>
                <th>Guard</th>
                <th>Answer</th>
                <th>Reason</th>
                <th>Numbers</th>
              </tr>
            </thead>
            <tbody>
              {answers.map((one) => (
                <tr key={one.guard}>
                  <td>{words(one.guard)}</td>
                  <td class={one.allowed ? "good" : "bad"}>{one.allowed ? "✓ yes" : "✗ no"}</td>
                  <td>{one.allowed ? "" : <code>{plain(one.reason)}</code>}</td>
                  <td class="dim">{plain(Object.entries(one.numbers ?? {}).map(([name, value]) => `${name}=${value}`).join(" "), 200)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <Empty>No guard was asked yet.</Empty>
      )}
    </>
  );
}

function Kept({ of: told }: { of: Explained }) {
  const kept = told.evidence;
  if (!kept) return null;
  return (
    <>
      <h2>Evidence</h2>
      <p>
        kept <Ago at={kept.at} />, before anything final was done to it
      </p>
      <Facts
        of={[
          ["Condition", `${words(kept.condition)}: ${plain(kept.because, 200)}`],
          ["Azure", kept.instance ? `${kept.instance.power}, ${kept.instance.provisioning}` : "not listed"],
          ["Mesos", kept.agent ? `${plain(kept.agent.agent_id)}, ${kept.agent.active ? "active" : "not active"}` : "no agent"],
          ["Console", plain(kept.console, 200)],
        ]}
      />
    </>
  );
}

export function Records({ of }: { of: AuditRecord[] }) {
  if (!of.length) return <Empty>Nothing is written of it.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Entries of the audit">
      <table>
        <thead>
          <tr>
            <th>Time</th>
            <th>Kind</th>
            <th>About</th>
            <th>What</th>
          </tr>
        </thead>
        <tbody>
          {of.map((one, number) => (
            <tr key={`${one.at} ${number}`}>
              <td>
                <Time at={one.at} />
              </td>
              <td>{words(one.kind)}</td>
              <td>
                <Name of={one.subject} most={40} />
              </td>
              <td title={whole(one.text)}>{plain(one.text, 400)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
