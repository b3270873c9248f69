// The frame around every page: where one can go, whether the app answers, who is here.
import { useEffect, useState } from "preact/hooks";
import { hasCredentials, onCredentials, signOut } from "./api/credentials";
import { forget, has, read } from "./api/client";
import type { Caller } from "./api/forms";
import { useLive } from "./live";
import { Audit } from "./pages/audit";
import { Capacity } from "./pages/capacity";
import { Cluster } from "./pages/cluster";
import { Explanation } from "./pages/explanation";
import { Fleet } from "./pages/fleet";
import { Incidents } from "./pages/incidents";
import { Policy } from "./pages/policy";
import { Quarantine } from "./pages/quarantine";
import { SignIn } from "./pages/sign-in";
import { set, usePrefs } from "./prefs";
import { to, useRoute } from "./route";
import { Me } from "./me";
import { plain } from "./text";
import { Banner } from "./ui/banner";
import { Guard } from "./ui/guard";

const NEVER = 10 * 60_000;

export function App() {
  const [known, setKnown] = useState(hasCredentials());
  useEffect(
    () =>
      onCredentials(() => {
        forget();
        setKnown(hasCredentials());
      }),
    [],
  );
  return known ? <Inside /> : <SignIn />;
}

function Inside() {
  const route = useRoute();
  const me = useLive<Caller>("me", (signal) => read("me", has("name", "role"), signal), NEVER);
  const cluster = route[0] === "clusters" ? route[1] : undefined;
  const here = route.join("/");
  useEffect(() => {
    document.title = [...route.map((one) => plain(one, 40)), "Poolkeeper"].reverse().join(" · ");
    document.querySelector("main")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [here]);
  return (
    <Me.Provider value={me.data}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.querySelector("main")?.focus())}>
        To the content
      </a>
      <header class="top">
        <a class="brand" href="#/">
          Poolkeeper
        </a>
        <nav aria-label="Pages">
          {links(cluster).map(([name, href]) => (
            <a key={href} href={href} aria-current={`#/${route.map(encodeURIComponent).join("/")}` === href ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <Corner me={me.data} />
      </header>
      <Banner />
      <main id="main" tabIndex={-1}>
        <Guard what={here}>
          <Page route={route} />
        </Guard>
      </main>
    </Me.Provider>
  );
}

function links(cluster: string | undefined): [string, string][] {
  const of: [string, string][] = cluster
    ? [
        [plain(cluster, 30), to("clusters", cluster)],
        ["Incidents", to("clusters", cluster, "incidents")],
        ["Capacity", to("clusters", cluster, "capacity")],
        ["Audit", to("clusters", cluster, "audit")],
      ]
    : [];
  return [["Fleet", "#/"], ...of, ["Quarantine", "#/quarantine"], ["Policy", "#/policy"]];
}

function Page({ route }: { route: string[] }) {
  const [first, cluster, what, name] = route;
  if (first === undefined) return <Fleet />;
  if (first === "quarantine") return <Quarantine row={cluster} />;
  if (first === "policy") return <Policy />;
  if (first === "clusters" && cluster) {
    if (what === undefined) return <Cluster cluster={cluster} />;
    if (what === "nodes" && name) return <Explanation cluster={cluster} kind="nodes" name={name} />;
    if (what === "incidents" && name) return <Explanation cluster={cluster} kind="incidents" name={name} />;
    if (what === "incidents") return <Incidents cluster={cluster} />;
    if (what === "capacity") return <Capacity cluster={cluster} pool={name} />;
    if (what === "audit") return <Audit cluster={cluster} subject={name} />;
  }
  return (
    <div class="failed">
      <strong>There is no such page.</strong> <a href="#/">To the fleet</a>
    </div>
  );
}

function Corner({ me }: { me: Caller | undefined }) {
  const { theme, zone } = usePrefs();
  return (
    <div class="actions">
      {me ? (
        <span class="dim" title="Who you are for the app, and in which role">
          {plain(me.name, 40)} · {me.role}
        </span>
      ) : null}
      <button onClick={() => set({ zone: zone === "utc" ? "local" : "utc" })} aria-label="Times: local or UTC">
        {zone === "utc" ? "UTC" : "Local"}
      </button>
      <button
        onClick={() => set({ theme: theme === "auto" ? "dark" : theme === "dark" ? "light" : "auto" })}
        aria-label={`Colours: ${theme}`}
      >
        {{ auto: "◐", dark: "●", light: "○" }[theme]}
      </button>
      <button onClick={signOut}>Sign out</button>
    </div>
  );
}
