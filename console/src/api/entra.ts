// Signing in with Microsoft Entra. Loaded only where the app belongs to a tenant: it is larger than all the rest.
import { PublicClientApplication } from "@azure/msal-browser";
import { type Entra, signInWith } from "./credentials";

async function of(entra: Entra): Promise<PublicClientApplication> {
  const app = new PublicClientApplication({
    auth: {
      clientId: entra.client,
      authority: entra.authority,
      knownAuthorities: [new URL(entra.authority).host],
      redirectUri: `${location.origin}/api/console/`,
    },
    cache: { cacheLocation: "sessionStorage" },
  });
  await app.initialize();
  return app;
}

/** Leads to the tenant's login, and back to this page. */
export async function logIn(entra: Entra): Promise<void> {
  await (await of(entra)).loginRedirect({ scopes: scopes(entra) });
}

/** Whoever has just come back from there, or is signed in already, is let in. */
export async function comeBack(entra: Entra): Promise<void> {
  const app = await of(entra);
  const account = (await app.handleRedirectPromise())?.account ?? app.getAllAccounts()[0];
  if (!account) return;
  const token = async (): Promise<string> =>
    (await app.acquireTokenSilent({ account, scopes: scopes(entra) })).accessToken;
  await token();
  signInWith(token);
}

function scopes(entra: Entra): string[] {
  return [`${entra.client}/.default`];
}
