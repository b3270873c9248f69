// What is wrong now, and what was.
import { useState } from "preact/hooks";
import { isList, read, readAll, seg } from "../api/client";
import type { IncidentView, List } from "../api/forms";
import { OFTEN, SELDOM, useLive } from "../live";
import { to } from "../route";
import { plain, span, words } from "../text";
import { Condition, Empty, Failed, Name, Time, Waiting } from "../ui/basics";
import { OpenIncidents } from "../ui/incident-rows";

export function Incidents({ cluster }: { cluster: string }) {
  const path = `clusters/${seg(cluster)}/incidents`;
  const [text, setText] = useState("");
  const opened = useLive<IncidentView[]>(path, (signal) => readAll(path, signal), OFTEN);
  const over = `${path}?state=closed&limit=100${text ? `&text=${seg(text)}` : ""}`;
  const closed = useLive<List<IncidentView>>(over, (signal) => read(over, isList, signal), SELDOM / 2);
  return (
    <>
      <h1>Incidents of {plain(cluster)}</h1>
      {opened.data ? <OpenIncidents of={opened.data} /> : opened.trouble ? <Failed trouble={opened.trouble} what="What is open" /> : <Waiting what="incidents" />}
      <h2>Those that are over</h2>
      <div class="filters">
        <label>
          With these letters
          <input value={text} onChange={(event) => setText(event.currentTarget.value.trim())} />
        </label>
      </div>
      {closed.data ? <Closed of={closed.data.items} cluster={cluster} /> : closed.trouble ? <Failed trouble={closed.trouble} what="What is over" /> : <Waiting what="incidents" />}
    </>
  );
}

function Closed({ of, cluster }: { of: IncidentView[]; cluster: string }) {
  if (!of.length) return <Empty>None was closed within the last 90 days.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Closed incidents">
      <table>
        <thead>
          <tr>
            <th>Closed</th>
            <th>Node</th>
            <th>What it was</th>
            <th>After</th>
            <th>Outcome</th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ incident }) => (
            <tr key={incident.id}>
              <td>
                <Time at={incident.closed_at} />
              </td>
              <td>
                <a href={to("clusters", cluster, "incidents", incident.id)}>
                  <Name of={incident.node} />
                </a>
              </td>
              <td>
                <Condition of={incident.condition} />
              </td>
              <td>{incident.closed_at ? span(Date.parse(incident.closed_at) - Date.parse(incident.opened_at)) : ""}</td>
              <td>
                {words(incident.state)}: {plain(incident.outcome, 160)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
