/** Version of each language file of the widget, by its code. Generated from src/widget/languages. */
export const languageVersions: Readonly<Record<string, string>> = {
  "zh": "e1107aa2"
};
