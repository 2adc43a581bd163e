/** Who is signed in, in the top bar; why nobody is, as a notice that mends it. */
import { signInWords } from "../model/sign-in-words.ts";
import { account, signedOut, signIn, signOut } from "./signed-in.ts";

export function AccountMenu() {
  const who = account.value;
  if (who === null) return null;
  return (
    <div class="account">
      <span title="Signed in as">
        {who.name} <span class="muted">· {who.role ?? "no group"}</span>
      </span>
      <button type="button" class="button" onClick={signOut}>
        Sign out
      </button>
    </div>
  );
}

export function SignInNotice() {
  if (signedOut.value === null) return null;
  const { title, detail, button } = signInWords(signedOut.value);
  return (
    <div class="notice notice-sign-in">
      <span role="alert">
        <strong>{title}</strong> {detail}
      </span>
      <button type="button" class="button" onClick={signIn}>
        {button}
      </button>
    </div>
  );
}
