// Who is it? A key of the API, or where the app belongs to a tenant of Entra, a login there.
import { useEffect, useState } from "preact/hooks";
import { type Entra, signIn } from "../api/credentials";
import { has } from "../api/client";
import { plain } from "../text";

export function SignIn() {
  const [key, setKey] = useState("");
  const [entra, setEntra] = useState<Entra | undefined>();
  const [trouble, setTrouble] = useState("");

  const failed = (error: unknown): void => setTrouble(`Nobody was signed in: ${plain(error, 300)}`);

  useEffect(() => {
    document.title = "Sign in · Poolkeeper";
    fetch("/api/console/sign-in.json", { cache: "no-store" })
      .then((answer) => answer.json())
      .then((told: { entra?: unknown }) => {
        if (!has("authority", "client")(told.entra)) return;
        setEntra(told.entra as Entra);
        import("../api/entra")
          .then(({ comeBack }) => comeBack(told.entra as Entra))
          .catch(failed);
      })
      .catch(() => setTrouble("The app does not answer: it is not reached, or not running. Load the page again."));
  }, []);

  const withKey = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTrouble("");
    try {
      const answer = await fetch("/api/v1/me", { headers: { "x-api-key": key.trim() }, cache: "no-store" });
      if (answer.ok) return signIn(key.trim());
      setTrouble(answer.status === 401 ? "Nobody knows this key." : `The app answers ${answer.status}: try again.`);
    } catch {
      setTrouble("The app does not answer: it is not reached, or not running.");
    }
  };

  const withEntra = (): void => {
    if (!entra) return;
    import("../api/entra")
      .then(({ logIn }) => logIn(entra))
      .catch(failed);
  };

  return (
    <main id="main">
      <h1>Poolkeeper</h1>
      <p>See the fleet, understand it, step in.</p>
      {entra ? (
        <p>
          <button class="main" onClick={withEntra}>
            Sign in with Microsoft Entra
          </button>
        </p>
      ) : null}
      <form onSubmit={(event) => void withKey(event)}>
        <label>
          A key of the API{" "}
          <input
            type="password"
            autocomplete="current-password"
            value={key}
            required
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>{" "}
        <button type="submit" class={entra ? "" : "main"}>
          Sign in
        </button>
      </form>
      <p role="alert" class="bad">
        {trouble}
      </p>
      <p class="dim">
        A key is kept in this tab until it is closed. <code>python -m cli key NAME</code> makes one; <code>make run</code>{" "}
        prints that of the small cluster on this machine.
      </p>
    </main>
  );
}
