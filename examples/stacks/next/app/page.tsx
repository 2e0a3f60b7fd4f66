import { getSession } from "../session";
import { SignIn } from "./sign-in";

export default async function Page() {
  const { nickname } = await getSession();
  if (nickname === undefined) return <SignIn />;
  return (
    <form method="post" action="/logout">
      Hello, <b>{nickname}</b> <button type="submit">Sign out</button>
    </form>
  );
}
