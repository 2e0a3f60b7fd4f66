import type { MountedView } from "./view/create_view.js";

/**
 * Creates a view once `isReady` has resolved. Until then, calls wait and are then made in their order, except after
 * `remove`. Creates the view at once without a promise.
 */
export function deferView(isReady: Promise<void> | undefined, create: () => MountedView): MountedView {
  if (!isReady) return create();
  let view: MountedView | undefined;
  let waitingCalls: ((view: MountedView) => void)[] | undefined = [];
  void isReady.then(() => {
    if (!waitingCalls) return;
    view = create();
    for (const call of waitingCalls) call(view);
  });
  const pass = (call: (view: MountedView) => void): void => {
    if (view) call(view);
    else waitingCalls?.push(call);
  };
  return {
    show: (viewState) => pass((to) => to.show(viewState)),
    setOnline: (isOnline) => pass((to) => to.setOnline(isOnline)),
    loadImage: (url) => pass((to) => to.loadImage(url)),
    coverImage: () => pass((to) => to.coverImage()),
    remove() {
      waitingCalls = undefined;
      view?.remove();
    },
  };
}
