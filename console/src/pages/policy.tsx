// What is wanted: the policy in force, what is wrong with a file that is not obeyed, what has changed last.
import { has, read } from "../api/client";
import type { PolicyView } from "../api/forms";
import { SELDOM, useLive } from "../live";
import { counted, lines, plain } from "../text";
import { Empty, Failed, Time, Waiting } from "../ui/basics";

export function Policy() {
  const live = useLive<PolicyView>("policy", (signal) => read("policy", has("good", "rejected"), signal), SELDOM / 4);
  const told = live.data;
  if (!told) return live.trouble ? <Failed trouble={live.trouble} what="The policy" /> : <Waiting what="the policy" />;
  return (
    <>
      <h1>Policy</h1>
      {told.rejected ? (
        <div class="failed" role="alert">
          <strong>{plain(told.rejected.source)} as it is now is not obeyed:</strong> {counted(told.rejected.faults.length, "fault")} since{" "}
          <Time at={told.rejected.at} />. The last good one below stays in force.
          <ul>
            {told.rejected.faults.map((one, number) => (
              <li key={number}>
                line {one.line}: <code>{plain(one.path, 120)}</code> {plain(one.found, 200)}; allowed: {plain(one.allowed, 300)}. {plain(one.hint, 300)}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {told.good ? (
        <>
          <p>
            Version <code>{plain(told.good.version)}</code> of {plain(told.good.source)}, in force since <Time at={told.good.at} />
          </p>
          <Changes of={told} />
          <pre tabIndex={0}>{lines(told.good.text)}</pre>
        </>
      ) : (
        <Empty>No valid policy was ever seen here, so nothing is done: see docs/policy.md.</Empty>
      )}
    </>
  );
}

function Changes({ of: told }: { of: PolicyView }) {
  const before = told.earlier;
  if (!before) return <p class="dim">No earlier one is known.</p>;
  const found = before.difference?.changes;
  return (
    <>
      <h2>
        What it changed since <code>{plain(before.version)}</code> of <Time at={before.since} />
      </h2>
      {found ? (
        found.length ? (
          <div class="scroll" tabIndex={0} role="region" aria-label="Changes">
            <table>
              <thead>
                <tr>
                  <th>Field</th>
                  <th>Before</th>
                  <th>Now</th>
                  <th />
                </tr>
              </thead>
              <tbody>
                {found.map((one) => (
                  <tr key={one.path}>
                    <td>
                      <code>{plain(one.path, 120)}</code>
                    </td>
                    <td>{plain(one.before, 200)}</td>
                    <td>{plain(one.after, 200)}</td>
                    <td>{one.bolder ? <strong class="warn">▲ lets the app do more</strong> : ""}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : (
          <p class="dim">Only how it is written.</p>
        )
      ) : (
        <p class="dim">This version of the app reads that one no more.</p>
      )}
    </>
  );
}
