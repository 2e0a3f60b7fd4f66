/**
 * Style sheet of the shadow root. Colours have a contrast of at least 4.5 : 1 with their background in both
 * themes (WCAG 2.2, 1.4.3). Sides are logical, for right-to-left languages. Pages can set the variables
 * `--qr-login-…`.
 */
export const styles = `
:host{display:block;inline-size:fit-content;max-inline-size:100%;color-scheme:light;
--text:var(--qr-login-text,#16181d);--muted:var(--qr-login-muted,#5b6170);--background:var(--qr-login-background,#fff);--border:var(--qr-login-border,#e3e5ea);
--accent:var(--qr-login-accent,#2457d6);--on-accent:var(--qr-login-on-accent,#fff);--success:#11734b;--error:#b3261e}
:host([data-dark]){color-scheme:dark;
--text:var(--qr-login-text,#f1f2f5);--muted:var(--qr-login-muted,#a9afbd);--background:var(--qr-login-background,#1b1d23);--border:var(--qr-login-border,#343842);
--accent:var(--qr-login-accent,#8fb0ff);--on-accent:var(--qr-login-on-accent,#10131a);--success:#6fd3a4;--error:#ffb4ab}
*{box-sizing:border-box;margin:0}
[hidden]{display:none!important}
dialog{margin:auto;padding:0;border:0;background:none;color:inherit;max-inline-size:calc(100vw - 32px)}
dialog::backdrop{background:rgb(10 12 18/.5)}
.box{position:relative;inline-size:300px;max-inline-size:100%;padding:24px 20px 20px;border:1px solid var(--border);border-radius:var(--qr-login-radius,20px);background:var(--background);color:var(--text);
font:15px/1.45 var(--qr-login-font,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif);text-align:center;display:grid;grid-template-columns:minmax(0,1fr);justify-items:center;gap:14px;align-content:start;min-block-size:463px}
.box:focus{outline:none}
.box:focus-visible,button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
.title{font-size:18px;line-height:1.3;font-weight:650}
.title,.state{text-wrap:balance}
dialog .box{inline-size:340px}
dialog .title{padding-inline:20px}
.title,.state,.name,.time-left,.restart{unicode-bidi:plaintext}
.frame{position:relative;inline-size:240px;aspect-ratio:1;max-inline-size:100%;border-radius:14px;background:#fff;overflow:hidden;box-shadow:0 0 0 1px var(--border)}
.code{display:block;inline-size:100%;block-size:100%;object-fit:contain;transition:opacity .25s,filter .25s}
.code[aria-hidden=true]{opacity:.12;filter:blur(6px)}
[data-kind=loading] .code,.code:not(.loaded){opacity:0}
.overlay{position:absolute;inset:0;display:grid;place-content:center;justify-items:center;gap:10px;padding:16px;color:#16181d;font-weight:600}
.overlay>*{animation:pop-in .25s ease-out}
.name{max-inline-size:100%;overflow:hidden;overflow-wrap:anywhere;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3}
.badge{inline-size:72px;block-size:72px;border-radius:50%;display:grid;place-content:center;background:#e9edf7;color:#2457d6;object-fit:cover}
[data-kind=succeeded] .badge{background:#dff3e9;color:#11734b}
[data-kind=cancelled] .badge,[data-kind=failed] .badge{background:#fbe5e3;color:#b3261e}
svg{inline-size:34px;block-size:34px;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.overlay .spinner{animation:spin 1s linear infinite}
.caption{position:absolute;inset-block-start:50%;inset-inline:0;translate:0 -50%}
.caption span{background:#fff;padding:2px 8px;border-radius:6px;font-weight:600;color:#16181d}
.visually-hidden{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.state{min-block-size:2.9em;font-weight:500;overflow-wrap:anywhere}
[data-kind=failed] .state,[data-kind=cancelled] .state{color:var(--error)}
[data-kind=failed] .badge svg{inline-size:42px;block-size:42px;stroke-width:2.8}
.offline .code{opacity:.35}
.offline .state{color:var(--error)}
[data-kind=succeeded] .state{color:var(--success)}
.countdown{color:var(--muted);font-size:13px;font-variant-numeric:tabular-nums;inline-size:240px;max-inline-size:100%;display:grid;gap:8px}
.bar{block-size:3px;border-radius:2px;background:var(--border);overflow:hidden}
.bar i{display:block;block-size:100%;background:var(--accent);transition:inline-size 1s linear}
button{font:inherit;font-weight:600;min-block-size:44px;min-inline-size:44px;padding:10px 20px;border-radius:12px;border:0;background:var(--accent);color:var(--on-accent);cursor:pointer}
button.secondary{background:none;color:var(--accent);font-weight:500;padding-inline:10px;margin-block:-8px -12px}
button.close{position:absolute;inset-block-start:8px;inset-inline-end:8px;padding:11px;line-height:0;border-radius:50%;background:none;color:var(--muted)}
.close svg{inline-size:22px;block-size:22px}
button:hover{filter:brightness(1.08)}
@keyframes spin{to{rotate:1turn}}
@keyframes pop-in{from{opacity:0;scale:.8}}
@media (prefers-reduced-motion:reduce){*,.overlay>*,.overlay .spinner{animation:none!important;transition:none!important}}
@media (forced-colors:active){.box,.frame,button{border:1px solid}.bar i{background:CanvasText}}
`;
