import RAMiTRuns

/// The charts of a run, two beside each other, as an SVG file that needs nothing else.
package struct CurveChart {
  private let title: String
  private let charts: [Chart]

  package init(_ record: RunRecord) {
    title = record.configuration.name
    charts = RunCharts(record).all
  }

  private static let margin = 24.0, titleHeight = 44.0

  package var svg: String {
    let columns = min(2, charts.count), rows = (charts.count + 1) / 2
    let width = Self.margin + (Chart.width + Self.margin) * Double(columns)
    let height = Self.titleHeight + (Chart.height + Self.margin) * Double(rows)
    let panels: [Markup] = charts.enumerated().map { index, chart in
      let x = Self.margin + (Chart.width + Self.margin) * Double(index % 2)
      let y = Self.titleHeight + (Chart.height + Self.margin) * Double(index / 2)
      return "<g transform=\"translate(\(Int(x)) \(Int(y)))\">\(chart.content)</g>\n"
    }
    let file: Markup = """
      <svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(width)) \(Int(height))" \
      width="\(Int(width))" height="\(Int(height))">
      <style>
      \(ChartStyle.css)
      .sheet { fill: #ffffff; }
      @media (prefers-color-scheme: dark) { .sheet { fill: #14171c; } }
      </style>
      <rect class="sheet" width="100%" height="100%"/>
      <text class="title" x="\(Int(Self.margin))" y="28" style="font-size: 17px">\(title)</text>
      \(panels)</svg>

      """
    return file.source
  }
}
