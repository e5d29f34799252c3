# shellcheck shell=bash disable=SC2154
# What the commands in options.txt and keys.txt are made of, and how it is seen what they do. Each runs in a folder of
# its own, in which d is the folder of the inputs.

# toy [KEY=VALUE | --OPTION]...: a training; its folder is runs/toy.
toy() {
  local word arguments=()
  for word; do
    case $word in
      --*) arguments+=("$word") ;;
      *) arguments+=(--set "$word") ;;
    esac
  done
  ramit train "${configuration:-d/options.yaml}" "${arguments[@]}"
}
photos() { toy data.train.type=folder data.train.path=d/x2 data.train.samplesPerEpoch=6 "$@"; }
# folders [MEMBERS]: several as one set.
folders() {
  toy data.train.type=folders "data.train.members=[${1:-{path: d/x2/HR\}, {path: d/other\}}]" \
    data.train.samplesPerEpoch=8
}
# A schedule in iterations.
iterations() { toy schedule.epochs=null schedule.warmupEpochs=null schedule.iterations=5 "$@"; }
dataset() { toy data.train.type=dataset data.train.name=d/set.yaml data.train.root=d "$@"; }
# Inputs made by degradations: degraded KIND [KEYS], with photos that are made smaller afterwards.
degraded() { photos "data.train.degradations=[{type: $1${2:+, $2}}, {type: downscale}]"; }
tested() { toy data.validation.type=folder data.validation.path=d/x2 "$@"; }
tested_degraded() { tested "data.validation.degradations=[{type: $1${2:+, $2}}, {type: downscale}]"; }
tested_set() {
  toy data.validation.type=dataset data.validation.name=d/set.yaml data.validation.root=d "$@"
}
# Early stopping, stopped KEYS, and a group of parameters, grouped KEYS.
stopped() { toy schedule.epochs=5 "validation.earlyStopping={$1}"; }
grouped() { toy "parameters.groups=[{$1}]"; }
# A run that ends early, whose photos are read again for each sample.
ahead() {
  photos data.train.path=d/large data.train.samplesPerEpoch=400 data.loader.cache=0 validation.everyEpochs=null \
    validation.everyIterations=1 'validation.earlyStopping={patience: 1, minimumDelta: 100}' \
    data.validation.images=5 "$@"
}
# A training that computes more than it prepares.
computing() {
  photos data.train.patch=40 data.train.batch=4 data.train.samplesPerEpoch=40 data.validation.type=none "$@"
}
sweep_computing() {
  ramit sweep d/options.yaml --seeds 1 --set data.train.type=folder --set data.train.path=d/x2 \
    --set data.train.patch=40 --set data.train.batch=4 --set data.train.samplesPerEpoch=40 \
    --set data.validation.images=1 "$@"
}
large() { photos data.train.path=d/large data.train.samplesPerEpoch=100 "$@"; }

# A training whose losses are not finite, although its weights are.
infinite() { toy loss=mse initialWeights=d/huge.safetensors data.validation.type=none "$@"; }

# The other kinds of networks.
network() { configuration=d/bare.yaml toy "$@"; }
swinir() { network 'model={architecture: SwinIR, dim: 16, depths: [2], heads: [2], window: 4, imageSize: 16}' "$@"; }
ngswin() {
  network 'model={architecture: NGswin, dim: 16, depths: [1, 1, 1, 1], heads: [2, 2, 2, 2]}' \
    model.window=4 model.imageSize=32 "$@"
}
elan() { network 'model={architecture: ELAN, dim: 12, blocks: 2, windows: [2, 4, 8]}' "$@"; }
edsr() { network 'model={architecture: EDSR, features: 8, blocks: 2}' "$@"; }
nafnet() {
  network task=dn 'model={architecture: NAFNet, width: 8, encoderBlocks: [1, 1], decoderBlocks: [1, 1]}' \
    model.middleBlocks=1 "$@"
}
restormer() {
  network task=dn 'model={architecture: Restormer, dim: 8, blocks: [1, 1, 1, 1], heads: [1, 1, 2, 2]}' \
    model.refinementBlocks=1 "$@"
}

# code COMMAND...: for a command that fails where the option is missing, or with it.
code() {
  "$@"
  echo "exit code $?"
}

# watched COMMAND...: runs it, and sets what /proc told of the program meanwhile: the most threads, the peak memory in
# kB, and the processor's time of its main thread, of the busiest one beside it, and of all but the main one.
watched() {
  local pid child field value task time most sum
  threads=0 memory=0 main=0 busiest=0 others=0
  "$@" > output &
  pid=$!
  while kill -0 "$pid" 2> /dev/null; do
    {
      child=
      read -r child _ < "/proc/$pid/task/$pid/children"
      child=${child:-$pid}
      while IFS=$': \t' read -r field value _; do
        case $field in
          Threads) [ "$value" -le "$threads" ] || threads=$value ;;
          VmHWM) [ "$value" -le "$memory" ] || memory=$value ;;
        esac
      done < "/proc/$child/status"
      most=0 sum=0 value=0
      for task in "/proc/$child/task/"*; do
        read -r time _ < "$task/schedstat" || continue
        if [ "${task##*/}" = "$child" ]; then
          value=$time
        else
          sum=$((sum + time)) most=$((time > most ? time : most))
        fi
      done
      # Threads that have ended are not there any more.
      [ $((value + sum)) -lt $((main + others)) ] || main=$value busiest=$most others=$sum
    } 2> /dev/null
    sleep 0.005
  done
  wait "$pid" || echo failed
  rm -rf output o o.* runs
}

# threads COMMAND...: whether the program has more than one.
threads() { watched "$@" && if [ "$threads" -gt 1 ]; then echo several; else echo one; fi; }

# alone COMMAND...: whether the main thread takes nearly all of the processor's time.
alone() { watched "$@" && if [ $((100 * others)) -gt $((5 * main)) ]; then echo shared; else echo alone; fi; }

# helpers COMMAND...: whether one thread takes nearly all of the processor's time beside the main one.
helpers() { watched "$@" && if [ $((100 * busiest)) -gt $((75 * others)) ]; then echo one; else echo several; fi; }

# reading COMMAND...: how much the program reads, in units of four megabytes.
reading() {
  (
    "$@" > /dev/null || echo failed
    awk '/^rchar/ { print "read", int($2 / 4e6) }' "/proc/$BASHPID/io"
  )
  rm -rf runs
}

# lighter COMMAND... -- WORD...: whether its peak memory is a tenth less with the words.
lighter() {
  local command=() before
  while [ "$1" != -- ]; do command+=("$1") && shift; done
  shift
  watched "${command[@]}"
  before=$memory
  watched "${command[@]}" "$@"
  if [ $((10 * memory)) -lt $((9 * before)) ]; then echo lighter; else echo "not lighter"; fi
}

# Whether more than a fiftieth of the time of four machines is used.
efficiency() {
  toy data.train.patch=32 --dry-run --nodes=4 "$@" |
    sed -nE 's/.*at ([0-9]+) % efficiency.*/\1/p' | awk '{ print ($1 > 2 ? "more" : "less") " than 2 %" }'
}

# lasting COMMAND...: whether it takes more than a second.
lasting() {
  local start=$EPOCHREALTIME
  "$@" > /dev/null || echo failed
  awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print (b - a > 1 ? "more" : "less") " than a second" }'
}

# lines COMMAND...: how many it prints.
lines() { "$@" | wc -l; }

# dated COMMAND...: with the times of the files that it makes.
dated() {
  "$@"
  find o -name '*.png' -printf '%p %TY\n'
}

evaluate() {
  case "$*" in
    *--testset*) ramit evaluate --weights d/a.safetensors "$@" ;;
    *) ramit evaluate --weights d/a.safetensors --testset d/x2 "$@" ;;
  esac
}
restore() { ramit restore d/photo.png --weights d/a.safetensors --output o "$@"; }
benchmark() { ramit benchmark --weights d/a.safetensors --runs 1 "$@"; }
# A table of speeds without the speeds.
speeds() { ramit benchmark --runs 1 "$@" | sed -E 's/( +[0-9.]+){3}$//'; }

# figure KIND [PHOTO] [OPTION...]
figure() {
  local kind=$1 photo=d/photo.png
  shift
  if [[ ${1:---} != --* ]]; then photo=$1 && shift; fi
  case "$*" in
    *--weights*) ;;
    *) set -- --weights d/a.safetensors "$@" ;;
  esac
  ramit figure "$kind" "$photo" --output o.svg "$@"
}
attribution() { figure attribution "$@"; }
features() { figure features "$@"; }
attention() { figure attention "$@"; }
crops() { figure crops "$@"; }
tradeoff() { ramit figure tradeoff d/table.csv --output o.svg --task x2 "$@"; }
smaller() { ramit data prepare lr --scale 2 --output o "$@"; }
worse() { ramit data prepare degraded d/x2/HR --config d/blur.yaml --output o "$@"; }
draw() { ramit data synthesize --count 1 --width 48 --height 24 --output o "$@"; }
# A cache's keys are in no order, and their checksum stands in its third line of eight bytes.
cache() {
  local file
  ramit data prepare cache "$@"
  for file in [!d]*; do echo "$file $(tail -c +33 "$file" | tr '{},' '\n' | sort | cksum)"; done
  rm -f ./[!d]*
}
speed() { ramit data benchmark --seconds 0.2 --warmup 0.2 "$@"; }
# How many batches come before the measurement.
warming() {
  speed d/options.yaml --set data.train.type=folder --set data.train.path=d/many --set data.train.batch=1 "$@" |
    sed -nE 's/.* in the first ([0-9]+) batches/\1/p'
}
# Whether runs differ in their times.
runs() { benchmark infer:16x16 "$@" | sed -E 's/.*"max":([^,]*),"median":[^,]*,"min":\1\}.*/one/; s/.*max.*/several/'; }
reproduce() { ramit reproduce "$@" --configs "$here/../../configs"; }

# Copies weights without their notes, which have their checksums, and gives them a bias of 1e38.
exaggerate() {
  local size byte begin
  header "$1" | sed -E 's/"__metadata__":\{,*("([^"\\]|\\.)*"[:,]*)*\},?//' > start
  begin=$(sed -E 's/.*"to_target.conv.bias":\{[^}]*"data_offsets":\[([0-9]+),.*/\1/' start)
  size=$(wc -c < start)
  {
    for byte in 0 1 2 3 4 5 6 7; do printf '%b' "\\x$(printf %02x $((size >> 8 * byte & 255)))"; done
    cat start
    tensors "$1" | head -c "$begin"
    printf '\x99\x76\x96\x7e'
    tensors "$1" | tail -c "+$((begin + 5))"
  } > "$2"
  rm start
}

# Makes the inputs, in the current folder.
make_inputs() {
  local name size
  cp "$here/options.yaml" .
  sed 's/seed: 11/seed: 12/' options.yaml > seed.yaml
  sed 's/learningRate: 0.001/learningRate: 0.01/' options.yaml > faster.yaml
  sed '/^model/d' options.yaml > bare.yaml
  sed 's/patch: 8/patch: 32/' options.yaml > larger.yaml
  for name in blur noise; do
    sed -E "s/(train: \{type: procedural)/\1, degradations: [{type: $name, sigma: [2, 4]}, {type: downscale}]/" \
      options.yaml | sed 's/type: procedural, deg/type: folder, path: d, deg/' > $name.yaml
  done
  ramit data synthesize --task x2 --count 2 --width 96 --height 84 --seed 1 --output x2
  ramit data synthesize --task x2 --count 2 --width 96 --height 84 --seed 2 --output other
  ramit data synthesize --task x2 --count 1 --width 240 --height 180 --output large
  ramit data synthesize --task dn --count 2 --width 96 --height 84 --output noisy
  ramit data synthesize --task lle --count 1 --width 96 --height 84 --output dark
  ramit data synthesize --task x2 --count 2 --width 94 --height 82 --output drawn
  mkdir odd && mv drawn/HR/* odd
  ramit data prepare degraded x2/HR --config blur.yaml --output worse
  ramit train options.yaml --output run1
  ramit train seed.yaml --output run2
  ramit train options.yaml --set task=dn --output run3
  cp run1/weights/last.safetensors a.safetensors
  cp run2/weights/last.safetensors b.safetensors
  cp run3/weights/last.safetensors dn.safetensors
  exaggerate a.safetensors huge.safetensors
  ramit convert a.safetensors a.pth
  ramit convert dn.safetensors dn.pth
  ramit data synthesize --task x2 --count 9 --width 48 --height 36 --output many
  ramit evaluate --weights a.safetensors --testset many --json a.json
  ramit evaluate --weights b.safetensors --testset many --json b.json
  cp x2/HR/0001.png photo.png
  ramit restore photo.png --weights a.safetensors --output photo.jpg
  cp "$here/../ImagingTests/Fixtures/rgba8.png" alpha.png
  echo '{"license": "MIT"}' > notes.json
  printf '%s\n' method,task,psnr,ssim,parameters,multAdds,seconds 'First,x2,38.1,0.96,940K,163.4G,1.5' \
    'Second,x2,37.5,0.95,1024K,100G,0.5' 'Third,x3,34.5,0.92,900K,80G,0.7' > table.csv
  sed '2s/38.1/36.1/' table.csv > table2.csv
  # Published sets and sets of their own.
  mkdir -p elsewhere published found
  cp -r x2 Set5
  cp -r other elsewhere/Set5
  for name in set other union; do
    cat > $name.yaml << END
name: $name
title: drawn
use: training
tasks: [superResolution, denoising]
END
  done
  echo 'count: 2' | tee -a set.yaml >> other.yaml
  echo 'layouts: [{targets: HR, inputs: "LR_bicubic/X{scale}"}]' | tee -a set.yaml >> other.yaml
  printf '%s\n' 'count: 4' 'members: [set.yaml, other.yaml]' >> union.yaml
  cp -r x2 set
  cp -r other elsewhere/set
  ramit data prepare cache large --task x2 --output large.cache
  mkdir mixed damaged
  cp x2/HR/0001.png other/HR/0002.png mixed
  cp other/HR/0002.png x2/HR/0001.png damaged
  cp "$here/../ImagingTests/Fixtures/gray8.png" mixed/
  head -c 2000 x2/HR/0002.png > damaged/0003.png
  # A package with a photo.
  mkdir -p packages/drawn/usr/share/drawn
  cp photo.png packages/drawn/usr/share/drawn/
  for size in 24 36; do
    cat > packages$size.yaml << END
name: packages
title: drawn
use: training
tasks: [superResolution]
count: 1
layouts: [{targets: train}]
crops: {size: $size, sharpShare: 0}
packages:
  - package: drawn
    version: 1
    folder: usr/share/drawn
    photos:
      - {name: photo, file: photo.png, author: nobody, license: MIT, sha256: $(sha256sum < photo.png | cut -c 1-64)}
END
  done
  # Weights of a model of the paper, and a test set for it.
  cp -r dark published/LOL-test
  configuration=$here/../../configs/lle/RAMiT.yaml toy --output=run4 data.train.type=procedural data.train.name=null \
    data.train.repeat=1 data.train.memberRepeat=null data.train.samplesPerEpoch=1 data.train.batch=1 \
    data.train.patch=8 schedule.epochs=null schedule.warmupEpochs=null schedule.iterations=1 \
    schedule.milestones=[] schedule.stages=[] data.validation.type=none data.validation.name=null
  cp run4/weights/last.safetensors found/RAMiT-lle.safetensors
  rm -r drawn
}
