// Renders the description of this gateway. Nothing is sent to another host.
SwaggerUIBundle({
  url: "/qrlogin/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
  // Schemas are shown where calls use them.
  defaultModelsExpandDepth: 0,
});
