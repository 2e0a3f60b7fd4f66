import { createApp, defineComponent, h, ref } from "vue";
import { QrLogin } from "./QrLogin.js";

/** The value that the site's `onSignIn` returns. */
interface User {
  readonly nickname: string;
}

const App = defineComponent(() => {
  const user = ref<User>();
  const problem = ref("");
  return () =>
    user.value
      ? h("p", `Hello, ${user.value.nickname}`)
      : h("main", [
          h(QrLogin, {
            options: { appId: "shop" },
            onSuccess: (signedIn) => {
              user.value = signedIn as User;
            },
            onError: (message) => {
              problem.value = message;
            },
          }),
          h("p", { role: "alert" }, problem.value),
        ]);
});

createApp(App).mount("#app");
