import { getSession } from "../session";
import { SignIn } from "./sign-in";

export default async function Page() {
  const { user } = await getSession();
  if (!user) return <SignIn />;
  return (
    <form method="post" action="/logout">
      <b>{user.nickname}</b> <button type="submit">Sign out</button>
    </form>
  );
}
