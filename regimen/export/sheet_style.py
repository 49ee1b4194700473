"""The look of the sheet: A4, readable at arm's length, and whole in black and white.

`PLAN` and `PROTOCOL` stand for CSS strings.
"""

SHEET = """\
@page {
  size: A4;
  margin: 17mm 12mm 16mm;
  @top-left { content: "Patient: ______________________________"; font: 9pt sans-serif; }
  @top-right { content: PLAN; font: 9pt sans-serif; }
  @bottom-left { content: PROTOCOL; font: 8pt sans-serif; }
  @bottom-right {
    content: "page " counter(page) " of " counter(pages);
    font: bold 9pt sans-serif;
  }
}
@page :first { @top-left { content: ""; } }

* { box-sizing: border-box; }
html {
  font: 10.5pt/1.35 "Helvetica Neue", Arial, "Liberation Sans", "Noto Sans", sans-serif;
  color: #000;
  print-color-adjust: exact;
  -webkit-print-color-adjust: exact;
}
body { margin: 0; }
main { padding-right: 0.3mm; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0 0 3mm; text-wrap: balance; }
h2 { font-size: 12.5pt; margin: 7mm 0 2mm; break-after: avoid; }
p, ul, dl { margin: 0 0 2mm; }
ul { padding-left: 5mm; }
li { margin-bottom: 1mm; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; overflow-wrap: break-word; }
.number { text-align: right; white-space: nowrap; }
.code { color: #444; font-size: 8.5pt; overflow-wrap: anywhere; }
.keep { break-inside: avoid; }

/* A course's colour stands beside its mark, never in its place. */
.c0 { --ink: #0b4a94; --wash: #e6f0fb; }
.c1 { --ink: #8a3a00; --wash: #fdeede; }
.c2 { --ink: #14602f; --wash: #e3f4e8; }
.c3 { --ink: #5b2a86; --wash: #f1e8f9; }
.c4 { --ink: #9a1b33; --wash: #fbe7eb; }
.c5 { --ink: #0b5960; --wash: #dff3f4; }
.mark { color: var(--ink); font-family: "DejaVu Sans", "Segoe UI Symbol", sans-serif; }

.top { display: flex; gap: 8mm; justify-content: space-between; align-items: flex-start; }
.label { font-size: 14pt; font-weight: bold; margin: 0 0 1mm; }
.facts { display: grid; grid-template-columns: max-content 1fr; column-gap: 4mm; }
.facts > div { display: contents; }
.facts dt { color: #444; }
.facts dd { margin: 0; font-weight: bold; overflow-wrap: anywhere; }
.sticker {
  flex: 0 0 72mm; height: 38mm; border: 0.5mm dashed #000; border-radius: 2mm; padding: 2mm 3mm;
  display: flex; flex-direction: column;
}
.sticker span { color: #444; font-size: 8.5pt; }

.overrides, .findings { padding: 3mm 4mm 1mm; margin: 4mm 0; }
.overrides li, .findings li { break-inside: avoid; }
.overrides { border: 1mm solid #000; background: #fff3cd; }
.findings { border: 0.4mm solid #000; }
.overrides h2, .findings h2 { margin: 0 0 2mm; }
.overrides .why { display: block; }

.visits { font-size: 12.5pt; margin: 3mm 0 1mm; }
.glance tbody th { min-width: 38mm; overflow-wrap: anywhere; }
.totals td:nth-child(2) { overflow-wrap: anywhere; }
.glance th, .glance td, .totals th, .totals td { padding: 0.8mm 2.5mm 0.8mm 0; }
.glance thead th, .totals thead th { color: #444; font-weight: normal; font-size: 9pt; }
.glance tbody tr, .totals .group { border-top: 0.25mm solid #888; }
.glance td:nth-last-child(-n+2), .totals td:nth-last-child(-n+2) { white-space: nowrap; }
.glance th:nth-child(4), .glance th:nth-child(5), .totals thead th:nth-child(n+3):nth-child(-n+5) {
  text-align: right;
}
.glance .mark { font-size: 13pt; line-height: 1; }
.totals tbody th { text-transform: capitalize; }

.month { table-layout: fixed; margin: 0 0 4mm; break-inside: avoid; }
.month caption { font-size: 14pt; font-weight: bold; text-align: left; margin: 0 0 1mm; }
.month thead th { font-size: 9pt; padding: 0 0 0.8mm 1.2mm; }
.month .week {
  width: 8mm; font-size: 8.5pt; font-weight: normal; color: #555; padding-left: 0;
}
.month td { border: 0.25mm solid #777; height: 12.5mm; padding: 0.6mm; }
.month td.outside { border: 0; }
.month .date { font-size: 10pt; color: #333; padding-left: 0.4mm; }
.month .busy .date { font-size: 12pt; font-weight: bold; color: #000; }
.month .closed {
  background: repeating-linear-gradient(135deg, #fff 0 1.5mm, #c9c9c9 1.5mm 1.9mm);
}
.closed-word { float: right; font-size: 7.5pt; color: #333; background: #fff; padding: 0 0.6mm; }
.give {
  border: 0.25mm solid var(--ink); border-left-width: 1.2mm; border-radius: 0.8mm;
  background: var(--wash); padding: 0.3mm 0.8mm; margin-top: 0.6mm; line-height: 1.15;
}
.give .mark { float: right; font-size: 9pt; line-height: 1.4; }
.give .clock { font-size: 9pt; font-weight: bold; display: block; }
.give .drug { display: block; font-size: 8.2pt; }
.give .dose { display: block; font-size: 11.5pt; font-weight: bold; white-space: nowrap; }
.give.long-drug .drug { font-size: 6.9pt; }
.give.longer-drug .drug { font-size: 6pt; }
.give.long-dose .dose { font-size: 9.5pt; }
.give .done { display: block; font-size: 8.2pt; font-style: italic; }
.pause { margin: 0 0 5mm; font-style: italic; }

.records { break-before: page; }
.record { table-layout: fixed; }
.records h2 { margin-top: 0; }
.record th, .record td { border: 0.25mm solid #777; padding: 0.8mm 1.2mm; }
.record thead th { background: #eee; font-size: 9pt; }
.record td { height: 11.5mm; }
.record .new-week td { border-top: 0.7mm solid #000; }
.w-number { width: 9mm; }
.w-date { width: 34mm; }
.w-clock { width: 12.5mm; }
.w-drug { width: 40mm; }
.w-dose { width: 23mm; }
.record .number { color: #444; }
.record .date { display: block; font-weight: bold; white-space: nowrap; }
.record .clock { font-weight: bold; }
.record .unset { font-size: 8.5pt; color: #555; }
.record .given, .record .box:nth-last-child(5) { border-left: 0.7mm solid #000; }
.record .mark { margin-right: 1.2mm; }
.record .drug { font-weight: bold; }
.record .route { display: block; font-size: 9pt; }
.record .note { display: block; font-size: 8.5pt; font-style: italic; }
.record .dose {
  display: block; font-size: 12pt; line-height: 1.2; font-weight: bold; white-space: nowrap;
}
.record .long-drug .drug { font-size: 9.5pt; }
.record .longer-drug .drug { font-size: 8.5pt; }
.record .long-dose .dose { font-size: 10pt; }
.record .box { font-size: 9pt; }
.record .of-course { font-size: 9pt; white-space: nowrap; }
.record .of-phase { display: block; font-size: 8pt; color: #444; }
.signatures { margin-top: 5mm; break-inside: avoid; table-layout: fixed; }
.signatures th, .signatures td { border: 0.25mm solid #777; padding: 0.8mm 1.2mm; }
.signatures th { font-size: 9pt; background: #eee; }
.signatures td { height: 9mm; }

blockquote { margin: 0 0 2mm; padding-left: 4mm; border-left: 1mm solid #999; }
.disclaimer {
  font-size: 9pt; border-top: 0.25mm solid #888; padding-top: 1.5mm; margin: 2mm 0 4mm;
}

@media screen {
  html { background: #e9ecef; }
  main {
    max-width: 210mm; margin: 8mm auto; padding: 12mm; background: #fff;
    box-shadow: 0 0.5mm 3mm #0003;
  }
}
/* On a phone, days and doses stand below each other, and what is filled in by hand is left out. */
@media screen and (max-width: 700px) {
  main { margin: 0; padding: 4mm; }
  .top { flex-direction: column; }
  .sticker, .signatures, .record .box, .record colgroup { display: none; }
  .month thead, .record thead, .glance thead, .totals thead { display: none; }
  .month, .record, .glance, .totals { display: block; }
  .month caption, .month tbody, .record tbody, .glance tbody, .totals tbody { display: block; }
  .month tr, .month td.busy, .glance tr, .totals tr { display: block; }
  .month .week, .month td:not(.busy), .month .date { display: none; }
  .month td.busy { border-width: 0.25mm 0 0; height: auto; padding: 1.5mm 0; }
  .month .busy::before { content: attr(data-name); font-size: 12pt; font-weight: bold; }
  .give.long-drug .drug { font-size: 8.2pt; }
  .give.long-dose .dose { font-size: 11.5pt; }
  .record tr { display: grid; grid-template-columns: 10mm 1fr auto; border-top: 0.25mm solid #777; }
  .record td { border: 0; height: auto; }
  .record .new-week td { border: 0; }
  .record td:nth-child(1) { grid-area: 1 / 1 / 3 / 2; }
  .record td:nth-child(2) { grid-area: 1 / 2; }
  .record td:nth-child(3) { grid-area: 2 / 3; text-align: right; }
  .record td:nth-child(4) { grid-area: 2 / 2; }
  .record td:nth-child(5) { grid-area: 1 / 3; text-align: right; }
  .glance tr, .totals tr { border-top: 0.25mm solid #888; padding: 1mm 0; }
  .glance .mark { display: inline; padding-right: 1.5mm; }
  .glance tbody th { display: inline; }
  .totals tbody th { display: block; padding: 0; }
  .glance td, .totals td { display: block; padding: 0; text-align: left; }
  .glance td[data-title], .totals td[data-title] { display: inline-block; padding-right: 4mm; }
  td[data-title]::before { content: attr(data-title) " "; color: #444; font-size: 9pt; }
  .entries, .products { overflow-x: auto; }
}
"""
