# Reads samples "X KILOBYTES DESCRIPTORS THREADS" and judges them by the slopes after the first tenth of X. Samples that
# follow each other are alike, so ten equal parts are fitted: of memory the largest sample of each, as what is taken
# between two reports comes and goes, and the mean tells how busy the machine was; of files and threads the mean. A
# slope counts where it is above the limit by 2.9 of its standard errors: by chance alone once in a hundred times
# (Student's t with 8 degrees of freedom).
# Variables: kind "time" (X in seconds; the limit is 1 % of the memory an hour, and in runs shorter than an hour also
# 1 % in all, as a page more is a large slope in a minute) or "photos" (X in photos; the limit is `bytes` a photo).
# Prints one line, then "violation ..." for each finding.

{ x[NR] = $1; rss[NR] = $2; fds[NR] = $3; threads[NR] = $4 }

# Fits the means of a value, or the largest; sets slope, its standard error, and the mean of what was fitted.
function fit(value, largest,  i, part, n, sx, sy, sxx, sxy, residual, count, sumx, sumy, most) {
  n = 0
  for (part = 0; part < 10; part++) {
    sumx = sumy = count = most = 0
    for (i = 1; i <= NR; i++)
      if (x[i] > from + part * (to - from) / 10 && x[i] <= from + (part + 1) * (to - from) / 10) {
        sumx += x[i]
        sumy += value[i]
        if (value[i] > most) most = value[i]
        count++
      }
    if (count) { n++; px[n] = sumx / count; py[n] = largest ? most : sumy / count }
  }
  sx = sy = sxx = sxy = residual = 0
  for (i = 1; i <= n; i++) { sx += px[i]; sy += py[i] }
  mean = sy / n
  for (i = 1; i <= n; i++) {
    sxx += (px[i] - sx / n) ^ 2
    sxy += (px[i] - sx / n) * (py[i] - mean)
  }
  slope = sxy / sxx
  for (i = 1; i <= n; i++) residual += (py[i] - mean - slope * (px[i] - sx / n)) ^ 2
  deviation = sqrt(residual / (n - 2) / sxx)
}

# Whether a number that should stay has grown by a half and more between the beginning and the end.
function grows(value) {
  fit(value, 0)
  return (slope - 2.9 * deviation) * (to - from) > 0.5
}

END {
  if (NR < 20) { print "only " NR " samples"; print "violation too few samples"; exit }
  to = x[NR]
  from = x[1] + (to - x[1]) / 10
  fit(rss, 1)
  low = slope - 2.9 * deviation
  if (kind == "time") {
    printf "%.1f MB, %+.2f +- %.2f %% an hour over %d s", mean / 1000, 360000 * slope / mean,
      360000 * 2.9 * deviation / mean, to - from
    bad = 3600 * low > 0.01 * mean && low * (to - from) > 0.01 * mean
  } else {
    printf "%.1f MB, %+.0f +- %.0f bytes a photo over %d photos", mean / 1000, 1024 * slope, 1024 * 2.9 * deviation,
      to - from
    bad = 1024 * low > bytes
  }
  printf ", %d files, %d threads\n", fds[NR], threads[NR]
  if (bad) print "violation the memory grows"
  if (grows(fds)) print "violation the number of open files grows"
  if (grows(threads)) print "violation the number of threads grows"
}
