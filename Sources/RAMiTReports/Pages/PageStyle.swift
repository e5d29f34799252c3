/// How pages look, from a telephone to a wide screen, in light and in dark surroundings.
enum PageStyle {
  static let css = """
    :root { color-scheme: light dark; --ink: #1c2027; --soft: #5b626e; --paper: #f6f7f9; --card: #ffffff;
      --line: #e1e4e9; --good: #15803d; --bad: #b91c1c; --accent: #1d5fd1; }
    @media (prefers-color-scheme: dark) {
      :root { --ink: #e8eaee; --soft: #a0a8b5; --paper: #101318; --card: #181c22; --line: #2b313a;
        --good: #63d391; --bad: #ff8a8a; --accent: #7fb0ff; }
    }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    main { max-width: 1180px; margin: 0 auto; padding: 24px 16px 48px; }
    h1 { font-size: 24px; line-height: 1.25; margin: 0 0 2px; overflow-wrap: anywhere; }
    h2 { font-size: 17px; margin: 32px 0 10px; }
    h3 { font-size: 14px; margin: 0 0 8px; font-weight: 600; overflow-wrap: anywhere; }
    p { margin: 0 0 10px; color: var(--soft); overflow-wrap: anywhere; }
    .bar { height: 6px; border-radius: 3px; background: var(--line); margin: 12px 0 0; overflow: hidden; }
    .bar div { height: 100%; background: var(--accent); }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 20px 0 0; }
    .fact { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
    .fact span { display: block; color: var(--soft); font-size: 13px; }
    .fact b { display: block; font-size: 22px; font-weight: 600; line-height: 1.35; }
    .fact b { font-variant-numeric: tabular-nums; }
    .good { color: var(--good); }
    .bad { color: var(--bad); }
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 430px), 1fr)); gap: 14px; }
    .card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px; min-width: 0; }
    .chart { display: block; width: 100%; height: auto; }
    .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 12px; font-size: 14px; }
    .legend span { display: inline-flex; align-items: center; gap: 7px; overflow-wrap: anywhere; min-width: 0; }
    .swatch { flex: none; width: 18px; height: 4px; border-radius: 2px; display: inline-block; vertical-align: middle; }
    .swatch.dash1 { width: 8px; } .swatch.dash2 { width: 4px; }
    .samples { display: grid; gap: 14px; }
    .panels { display: flex; flex-wrap: wrap; gap: 10px; }
    figure { margin: 0; flex: 1 1 180px; min-width: 0; max-width: 320px; }
    figure img { display: block; width: 100%; height: auto; border-radius: 3px; }
    .details { margin-top: 10px; }
    .details img { image-rendering: pixelated; }
    .past { flex-wrap: nowrap; overflow-x: auto; padding-bottom: 4px; }
    .past figure { flex: 0 0 128px; }
    code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
    .places { margin-top: 12px; }
    .places dl { columns: 1; }
    .places dl div { justify-content: flex-start; }
    .places dt { width: 90px; }
    .places dd { text-align: left; }
    figcaption { font-size: 13px; color: var(--soft); margin-top: 3px; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
    table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
    th, td { text-align: right; padding: 6px 12px; white-space: nowrap; border-bottom: 1px solid var(--line); }
    th { color: var(--soft); font-weight: 500; }
    tbody tr:last-child td { border-bottom: 0; }
    .words { text-align: left; }
    td.words { white-space: normal; overflow-wrap: break-word; min-width: 60px; max-width: 420px; }
    td.words:first-child { min-width: 150px; }
    dl { margin: 0; columns: 3 300px; column-gap: 36px; background: var(--card); border: 1px solid var(--line);
      border-radius: 8px; padding: 8px 14px; }
    dl div { display: flex; justify-content: space-between; gap: 14px; padding: 3px 0; font-size: 14px;
      break-inside: avoid; }
    dt { color: var(--soft); flex: none; }
    dd { margin: 0; text-align: right; overflow-wrap: anywhere; min-width: 0; }
    details { margin-top: 10px; }
    summary { cursor: pointer; color: var(--accent); font-size: 14px; margin-bottom: 8px; }
    @media (max-width: 520px) {
      main { padding: 16px 10px 32px; }
      .facts { grid-template-columns: 1fr 1fr; gap: 8px; }
      .fact { padding: 8px 10px; }
      .fact b { font-size: 19px; }
      .card { padding: 10px; }
      table { font-size: 13px; }
      th, td { padding: 5px 7px; }
      .panels { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
      .past { display: flex; }
      figure { max-width: none; }
    }
    """
}
