import { Suspense } from "react";
import { getSession } from "../session";
import { SignIn } from "./sign-in";

async function User() {
  const { user } = await getSession();
  if (!user) return <SignIn />;
  return (
    <form method="post" action="/logout">
      <b>{user.nickname}</b> <button type="submit">Sign out</button>
    </form>
  );
}

export default function Page() {
  return (
    <Suspense>
      <User />
    </Suspense>
  );
}
