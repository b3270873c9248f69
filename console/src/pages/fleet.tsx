// All clusters: what is broken, what is being done, what waits for somebody.
import { has, isList, read } from "../api/client";
import type { ClusterView, List } from "../api/forms";
import { useLive } from "../live";
import { to } from "../route";
import { counted, plain, words } from "../text";
import { Ago, Empty, Failed, Name, Waiting } from "../ui/basics";

export function Fleet() {
  const live = useLive<List<ClusterView>>("clusters", (signal) =>
    read("clusters", (data) => isList(data) && (data as List<ClusterView>).items.every(has("name", "pools")), signal),
  );
  const found = live.data?.items;
  return (
    <>
      <h1>Fleet</h1>
      {!found && live.trouble ? <Failed trouble={live.trouble} what="The fleet" /> : null}
      {!found && !live.trouble ? <Waiting what="clusters" /> : null}
      {found?.length === 0 ? <Empty>The policy names no cluster yet: see docs/install.md.</Empty> : null}
      <div class="cards" aria-live="polite">
        {found?.map((one) => <Card key={one.name} of={one} />)}
      </div>
    </>
  );
}

function toneOf(one: ClusterView): [string, string] {
  if (one.is_late) return ["bad", "✗ The app has missed sweeps: all below is as old"];
  if (one.handed_over || one.awaits) return ["warn", "▲ Waits for a person"];
  if (one.open_incidents || one.faults) return ["warn", "▲ Something is wrong"];
  return ["good", "● All is well"];
}

function Card({ of: one }: { of: ClusterView }) {
  const [tone, told] = toneOf(one);
  const at = to("clusters", one.name);
  return (
    <section class={`card ${tone}`} aria-label={plain(one.name)}>
      <h2>
        <a href={at}>
          <Name of={one.name} />
        </a>{" "}
        <small class="dim">{one.mode}</small>
      </h2>
      <p class={`condition ${tone}`}>{told}</p>
      <p>
        {one.nodes ?? "?"} nodes of {one.wanted ?? "?"} wanted · {counted(one.masters.count, "master")}
        {Object.entries(one.masters.conditions).map(([name, count]) => ` · ${count} ${words(name)}`)}
      </p>
      <ul>
        <li>
          <a href={`${at}/incidents`}>{counted(one.open_incidents, "open incident")}</a>, {counted(one.running_operations, "operation")} at work
        </li>
        <li>
          {one.awaits ? <strong>{counted(one.awaits, "remedy").replace("remedys", "remedies")} for approval</strong> : "nothing waits for approval"},{" "}
          {one.handed_over ? <strong>{one.handed_over} handed over</strong> : "nothing was handed over"}
        </li>
        {one.paused.map((said) => (
          <li key={said.subject}>
            <strong class="warn">‖ paused: {said.subject ? plain(said.subject) : "all of it"}</strong> by <Name of={said.who} />: {plain(said.why, 200)}
          </li>
        ))}
        {one.faults ? <li class="bad">{counted(one.faults, "fault")} in the policy file: it is not obeyed</li> : null}
      </ul>
      <p class="dim">
        last sweep <Ago at={one.swept_at} />
      </p>
    </section>
  );
}
