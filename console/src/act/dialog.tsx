// Says something to the app: first what it would touch and what of it can't be undone, asked of the app itself; then,
// when that is meant, it is said. What moves many machines asks for their number.
import { useEffect, useRef, useState } from "preact/hooks";
import { act } from "../api/client";
import type { Done } from "../api/forms";
import { asTrouble, type Trouble } from "../api/trouble";
import { lookAgain } from "../live";
import { counted, plain } from "../text";
import { followOf } from "./follow";

export interface Field {
  name: string;
  label: string;
  kind?: "text" | "number" | "duration";
  value?: string;
  needed?: boolean;
}

export interface Deed {
  title: string;
  method?: "POST" | "PUT";
  path: string;
  fields: Field[];
  fixed?: Record<string, unknown>;
  etag?: string;
  grave?: boolean;
}

const REST_MS = 350;
const SHOWN = 40;

export function Dialog({ deed, close }: { deed: Deed; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(deed.fields.map((one) => [one.name, one.value ?? ""])),
  );
  const [number, setNumber] = useState("");
  const [ahead, setAhead] = useState<Done | undefined>();
  const [trouble, setTrouble] = useState<Trouble | undefined>();
  const [busy, setBusy] = useState(false);
  const [unsure, setUnsure] = useState(false);
  const [done, setDone] = useState<Done | undefined>();
  const key = useRef(crypto.randomUUID());
  const missing = deed.fields.filter((one) => one.needed && !values[one.name]?.trim());
  const order = orderOf(deed, values, number);
  const asked = JSON.stringify(order);
  const expected = trouble?.reason === "not_their_number" ? Number(trouble.numbers["nodes"]) : undefined;
  const wantsNumber = expected !== undefined || number !== "";

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  useEffect(() => {
    if (done) return;
    const stop = new AbortController();
    key.current = crypto.randomUUID();
    setUnsure(false);
    setAhead(undefined);
    if (missing.length > 0) return setTrouble(undefined);
    const timer = setTimeout(() => {
      act(deed.method ?? "POST", deed.path, order, { rehearse: true, key: "", signal: stop.signal, ...etagOf(deed) })
        .then((told) => {
          setAhead(told);
          setTrouble(undefined);
        })
        .catch((error: unknown) => {
          if (!stop.signal.aborted) setTrouble(asTrouble(error));
        });
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [asked, missing.length, done]);

  const say = (event: Event): void => {
    event.preventDefault();
    if (!ahead || busy) return;
    setBusy(true);
    const patience = new AbortController();
    act(deed.method ?? "POST", deed.path, order, { key: key.current, signal: patience.signal, ...etagOf(deed) })
      .then((told) => {
        setDone(told);
        lookAgain();
      })
      .catch((error: unknown) => {
        const found = asTrouble(error);
        setTrouble(found);
        setUnsure(found.kind === "silent" || found.kind === "nonsense");
        if (found.kind !== "silent" && found.kind !== "nonsense") key.current = crypto.randomUUID();
      })
      .finally(() => setBusy(false));
  };

  return (
    <dialog ref={dialog} onClose={close} aria-labelledby="deed">
      <h2 id="deed">{deed.title}</h2>
      {done ? (
        <Told done={done} close={() => dialog.current?.close()} />
      ) : (
        <form onSubmit={say}>
          {deed.fields.map((one) => (
            <label key={one.name}>
              {one.label}
              <input
                inputMode={one.kind === "number" ? "numeric" : "text"}
                required={one.needed ?? false}
                placeholder={one.kind === "duration" ? "such as 45m, 2h or 1d; empty: until it is taken back" : ""}
                value={values[one.name] ?? ""}
                maxLength={500}
                onInput={(event) => setValues({ ...values, [one.name]: event.currentTarget.value })}
              />
            </label>
          ))}
          {wantsNumber ? (
            <label>
              How many machines does this move? Type their number
              <input type="number" min={0} value={number} onInput={(event) => setNumber(event.currentTarget.value)} />
            </label>
          ) : null}
          <div aria-live="polite">
            {trouble ? <p class="says final">{plain(trouble.message, 500)}</p> : null}
            {unsure ? <p class="says final">Whether it was done is not known. Said again, it is done once.</p> : null}
            {ahead ? <Ahead told={ahead} /> : null}
            {!trouble && !ahead ? (
              <p class="dim">{missing.length ? `Say first: ${missing.map((one) => one.label).join(", ")}.` : "Asking what would follow …"}</p>
            ) : null}
          </div>
          <div class="actions">
            <button type="submit" class={deed.grave || ahead?.final ? "grave" : "main"} disabled={!ahead || busy}>
              {busy ? "Saying it …" : deed.title}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Not now
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

function etagOf(deed: Deed): { etag?: string } {
  return deed.etag ? { etag: deed.etag } : {};
}

function orderOf(deed: Deed, values: Record<string, string>, number: string): Record<string, unknown> {
  const said: Record<string, unknown> = { ...deed.fixed };
  for (const one of deed.fields) {
    const value = values[one.name]?.trim() ?? "";
    if (value) said[one.name] = one.kind === "number" ? Number(value) : value;
  }
  if (number) said["nodes"] = Number(number);
  return said;
}

function Ahead({ told }: { told: Done }) {
  return (
    <>
      <p>
        <strong>It touches {plain(told.touches, 120)}</strong>
        {told.nodes.count ? `, ${counted(told.nodes.count, "machine")}:` : "."}
      </p>
      {told.nodes.count ? (
        <p>
          {told.nodes.names.slice(0, SHOWN).map((name) => plain(name)).join(", ")}
          {told.nodes.count > SHOWN ? ` and ${told.nodes.count - SHOWN} more` : ""}
        </p>
      ) : null}
      <div class="says">{told.says.map((one) => <p key={one}>{plain(one, 500)}</p>)}</div>
      {told.final ? (
        <div class="says final">
          <p>
            <strong>This can't be undone:</strong> {plain(told.final, 500)}
          </p>
        </div>
      ) : null}
    </>
  );
}

function Told({ done, close }: { done: Done; close: () => void }) {
  const follow = followOf(done.follow);
  return (
    <div role="status">
      <div class="says">{done.says.map((one) => <p key={one}>{plain(one, 500)}</p>)}</div>
      {done.woken ? null : <p>The app could not be woken: it obeys with its next look, within a minute.</p>}
      <div class="actions">
        {follow ? (
          <a href={follow} onClick={close}>
            Follow it there
          </a>
        ) : null}
        <button class="main" onClick={close}>
          Close
        </button>
      </div>
    </div>
  );
}
