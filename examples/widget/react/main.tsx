import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { QrLogin } from "./QrLogin.js";

/** The value that the site's `onSignIn` returns. */
interface User {
  readonly nickname: string;
}

function App() {
  const [user, setUser] = useState<User>();
  const [problem, setProblem] = useState("");
  if (user) return <p>Hello, {user.nickname}</p>;
  return (
    <>
      <QrLogin<User> appId="shop" onSuccess={setUser} onError={setProblem} />
      <p role="alert">{problem}</p>
    </>
  );
}

createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
