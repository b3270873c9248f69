// Everything that was heard, judged, decided, done and refused; searched, and verified as a chain.
import { useState } from "preact/hooks";
import { isList, read, seg } from "../api/client";
import type { Entry, List, Month } from "../api/forms";
import { asTrouble, type Trouble } from "../api/trouble";
import { OFTEN, useLive } from "../live";
import { counted, plain, words } from "../text";
import { Failed, Waiting } from "../ui/basics";
import { Records } from "./explanation";

const KINDS = ["heard", "judged", "opened", "decided", "refused", "step", "closed", "person", "denied"];
const PAGE = 100;

export function Audit({ cluster, subject }: { cluster: string; subject: string | undefined }) {
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const [whose, setWhose] = useState(subject ?? "");
  const [after, setAfter] = useState<string[]>([]);
  const filters = Object.entries({ text, kind, subject: whose, after: after[after.length - 1] ?? "" })
    .filter(([, value]) => value)
    .map(([name, value]) => `&${name}=${seg(value)}`)
    .join("");
  const path = `clusters/${seg(cluster)}/audit?limit=${PAGE}${filters}`;
  const live = useLive<List<Entry>>(path, (signal) => read(path, isList, signal), after.length ? 60_000 : OFTEN);
  const change = (set: (value: string) => void) => (event: { currentTarget: { value: string } }) => {
    set(event.currentTarget.value.trim());
    setAfter([]);
  };
  return (
    <>
      <h1>Audit of {plain(cluster)}</h1>
      <Verify cluster={cluster} />
      <div class="filters">
        <label>
          Kind
          <select value={kind} onChange={change(setKind)}>
            <option value="">all</option>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {words(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          About (whole name)
          <input value={whose} onChange={change(setWhose)} />
        </label>
        <label>
          With these letters
          <input value={text} onChange={change(setText)} />
        </label>
      </div>
      {live.data ? <Records of={live.data.items.map((one) => one.record)} /> : live.trouble ? <Failed trouble={live.trouble} what="The audit" /> : <Waiting what="the audit" />}
      <div class="actions">
        <button disabled={!after.length} onClick={() => setAfter(after.slice(0, -1))}>
          Newer
        </button>
        <button disabled={!live.data?.next} onClick={() => live.data?.next && setAfter([...after, live.data.next])}>
          Older
        </button>
      </div>
    </>
  );
}

function Verify({ cluster }: { cluster: string }) {
  const [months, setMonths] = useState<Month[] | undefined>();
  const [trouble, setTrouble] = useState<Trouble | undefined>();
  const [busy, setBusy] = useState(false);
  const verify = (): void => {
    setBusy(true);
    setTrouble(undefined);
    read<List<Month>>(`clusters/${seg(cluster)}/audit/verified?months=2`, isList, new AbortController().signal)
      .then((told) => setMonths(told.items))
      .catch((error: unknown) => setTrouble(asTrouble(error)))
      .finally(() => setBusy(false));
  };
  const broken = months?.reduce((sum, one) => sum + one.breaks.length, 0) ?? 0;
  return (
    <div class="actions">
      <button onClick={verify} disabled={busy}>
        {busy ? "Computing every hash anew …" : "Verify the chain"}
      </button>
      <span role="status">
        {trouble ? plain(trouble.message, 200) : null}
        {months ? (
          <span class={broken ? "bad" : "good"}>
            {broken
              ? `✗ ${counted(broken, "break")}: ${months.flatMap((one) => one.breaks.map((each) => `${one.month} entry ${each.number}, ${plain(each.why)}`)).join("; ")}`
              : `✓ whole: ${counted(months.reduce((sum, one) => sum + one.entries, 0), "entry").replace("entrys", "entries")} of ${months.map((one) => one.month).join(", ")}`}
          </span>
        ) : null}
      </span>
    </div>
  );
}
