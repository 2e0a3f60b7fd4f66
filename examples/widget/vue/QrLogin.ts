import { type ScanOptions, startScanning } from "qrlogin/widget";
import { defineComponent, h, type PropType, ref, watch } from "vue";

/** Shows the widget. `options` has the options that are no events; a new value starts the scan again. */
export const QrLogin = defineComponent({
  props: { options: { type: Object as PropType<ScanOptions>, default: () => ({}) } },
  emits: {
    success: (_user: unknown, _ticket: string | null) => true,
    cancel: () => true,
    error: (_message: string, _reason: string) => true,
  },
  setup(props, { emit }) {
    const target = ref<HTMLElement>();
    watch([target, () => JSON.stringify(props.options)], ([element], _before, onCleanup) => {
      if (!element) return;
      const scanning = startScanning(element, {
        ...props.options,
        onSuccess: (user, ticket) => emit("success", user, ticket),
        onCancel: () => emit("cancel"),
        onError: (message, reason) => emit("error", message, reason),
      });
      onCleanup(() => scanning.stop());
    });
    return () => h("div", { ref: target });
  },
});
