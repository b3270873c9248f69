// Says when the app does not answer, and how old is what the page shows.
import { useNow } from "../live";
import { usePulse } from "../pulse";
import { plain, span } from "../text";

const LATE_MS = 10_000;

export function Banner() {
  const pulse = usePulse();
  const now = useNow();
  const { trouble, since, heardAt } = pulse;
  const age = heardAt ? `What is shown here is ${span(now - heardAt)} old.` : "Nothing was read yet.";
  if (!trouble) {
    if (heardAt && now - heardAt > LATE_MS && !document.hidden)
      return (
        <div class="banner" role="status">
          {age}
        </div>
      );
    return null;
  }
  const why = {
    role: plain(trouble.message, 300),
    busy: "The app asks for fewer requests, and gets them.",
    nonsense: "The app answers what this page does not understand: they may be of different versions. Load the page again.",
    silent: plain(trouble.message, 300),
  }[trouble.kind as string];
  return (
    <div class="banner bad" role="alert">
      <strong>{trouble.kind === "silent" ? `No answer for ${span(now - since)}.` : "Not all can be shown."}</strong> {why}{" "}
      {age} It is tried again by itself; on this computer <code>python -m cli status</code> asks the storage without the app.
    </div>
  );
}
