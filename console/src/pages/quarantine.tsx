// Work that could not be done: looked at, tried once more, forgotten.
import { Do, drop, replay } from "../act/deeds";
import { has, isList, read, seg } from "../api/client";
import type { Item, List } from "../api/forms";
import { SELDOM, useLive } from "../live";
import { to } from "../route";
import { lines, plain, words } from "../text";
import { Ago, Empty, Facts, Failed, Name, Waiting } from "../ui/basics";

export function Quarantine({ row }: { row: string | undefined }) {
  return row ? <One row={row} /> : <All />;
}

function All() {
  const live = useLive<List<Item>>("quarantine", (signal) => read("quarantine?limit=100", isList, signal), SELDOM / 4);
  const found = live.data?.items;
  return (
    <>
      <h1>Quarantine</h1>
      <p class="dim">Input that nobody understood, and work that failed too often. Nothing of it is tried again by itself.</p>
      {!found ? live.trouble ? <Failed trouble={live.trouble} what="The quarantine" /> : <Waiting what="the quarantine" /> : null}
      {found?.length === 0 ? <Empty>● The quarantine is empty.</Empty> : null}
      <div class="cards">
        {found?.map((one) => (
          <section key={one.row} class="card warn" aria-label={plain(one.row)}>
            <h2>
              <a href={to("quarantine", one.row)}>
                <Name of={one.kept.source} />
              </a>{" "}
              <small class="dim">
                <Ago at={one.kept.at} />
              </small>
            </h2>
            <p>{plain(one.kept.why, 300)}</p>
            <p class="dim">
              {plain(one.contents.kind)} {plain(one.contents.about)}
            </p>
          </section>
        ))}
      </div>
    </>
  );
}

function One({ row }: { row: string }) {
  const path = `quarantine/${seg(row)}`;
  const live = useLive<Item>(path, (signal) => read(path, has("row", "kept", "contents"), signal), SELDOM / 4);
  const one = live.data;
  if (!one) return live.trouble ? <Failed trouble={live.trouble} what="This" /> : <Waiting what="it" />;
  return (
    <>
      <p>
        <a href="#/quarantine">← Quarantine</a>
      </p>
      <h1>
        <Name of={row} />
      </h1>
      <Facts
        of={[
          ["Since", <Ago key="a" at={one.kept.at} />],
          ["Source", <Name key="s" of={one.kept.source} />],
          ["Why", plain(one.kept.why, 400)],
          ["What", plain(words(one.contents.kind))],
          ["Cluster", plain(one.contents.cluster)],
          ["About", plain(one.contents.about)],
          ["Now", plain(one.stands, 300)],
          ["Replayed", one.kept.replayed ? `by ${plain(one.kept.replayed.who)}: ${plain(one.kept.replayed.why, 200)}` : "never"],
        ]}
      />
      <div class="actions">
        <Do deed={replay(row)} role="operate">
          Try it once more
        </Do>
        <Do deed={drop(row)} role="operate">
          Forget it
        </Do>
      </div>
      <h2>Its body, without what looks like a key</h2>
      <pre tabIndex={0}>{lines(one.kept.body)}</pre>
    </>
  );
}
