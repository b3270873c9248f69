// Open incidents: what is wrong, what is decided, what is next, and what somebody may say to it.
import { approve, Do, reject } from "../act/deeds";
import type { IncidentView } from "../api/forms";
import { to } from "../route";
import { plain, whole, words } from "../text";
import { Ago, Condition, Empty, Name } from "./basics";

export function OpenIncidents({ of, most = 60 }: { of: IncidentView[]; most?: number }) {
  if (!of.length) return <Empty>● No incident is open.</Empty>;
  const oldest = [...of].sort((a, b) => Number(Boolean(b.awaits)) - Number(Boolean(a.awaits)) || a.incident.opened_at.localeCompare(b.incident.opened_at));
  return (
    <div class="cards" aria-live="polite">
      {oldest.slice(0, most).map((one) => (
        <Card key={one.incident.id} of={one} />
      ))}
      {oldest.length > most ? (
        <p>
          <a href={to("clusters", oldest[0]?.incident.cluster ?? "", "incidents")}>and {oldest.length - most} more</a>
        </p>
      ) : null}
    </div>
  );
}

function Card({ of: one }: { of: IncidentView }) {
  const incident = one.incident;
  const handed = incident.state === "handed_over";
  const because = incident.decision?.because ?? incident.because;
  return (
    <section class={`card new ${handed || one.awaits ? "warn" : ""}`} aria-label={plain(incident.node)}>
      <h3>
        <a href={to("clusters", incident.cluster, "incidents", incident.id)}>
          <Name of={incident.node} />
        </a>
      </h3>
      <p>
        <Condition of={incident.condition} /> <Ago at={incident.since} />
        {handed ? <strong class="warn"> · handed over to a person</strong> : null}
      </p>
      <p title={whole(because)}>{plain(because, 220)}</p>
      <p class="dim">{plain(one.next, 300)}</p>
      {one.awaits ? (
        <>
          <p>
            <strong>▲ {words(one.awaits)} waits for approval</strong>
          </p>
          <div class="actions">
            <Do deed={approve(one)} role="approve">
              Approve
            </Do>
            <Do deed={reject(one)} role="approve">
              Reject
            </Do>
          </div>
        </>
      ) : null}
    </section>
  );
}
