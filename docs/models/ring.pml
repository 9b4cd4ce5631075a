/* The ring: records in a few sectors that are used again and again, and two snapshots of the state that they fold to.
 * Why: the oldest sector makes room for the newest, and whatever it held must be known without it, after any cut, and
 * though one snapshot of the two was lost.
 * Follows docs/protocol.md §4. A record stands here for what it does to the state: the state is right if every record
 * from the first on is in it, once and in order.
 * Twins, each of which must be found wrong: REUSE_UNDER_ONE NO_COVER TORN_COUNTS. */

#define SECTORS 2  /* the least that a region has */
#define RECORDS 2  /* in a sector */
#define LAST 10    /* records that are written in all */
#define CUTS 3
#define ROTS 1     /* snapshots that are lost by age */
#define NONE 255

/* The ring: sector q stands at place q modulo SECTORS. */
byte sector[SECTORS] = NONE; /* which one stands there; NONE without a header that holds */
byte first[SECTORS];         /* its first record */
byte count[SECTORS];         /* whole ones in it */
bool isTorn[SECTORS];        /* and behind them words that are none */

/* The snapshots. */
bool isWhole[2];
byte generation[2];
byte upTo[2]; /* the last record that each holds */

bool hasPower = true;
bool isRunning;
byte acknowledged; /* for the claim only: the last record that was read back */
byte cuts, rots;

/* Adds to `known` the records that follow it in the ring. */
inline replay() {
  place = 0;
  do
  :: place < SECTORS ->
    if
    :: sector[place] != NONE && first[place] <= known + 1 && first[place] + count[place] > known + 1 ->
      known = first[place] + count[place] - 1;
      place = 0
    :: else -> place++
    fi
  :: else -> break
  od;
  place = 0
}

/* firmware/journal: the newest sector is the one with the highest number. */
inline find_newest() {
  newest = NONE;
  place = 0;
  do
  :: place < SECTORS ->
    if :: sector[place] != NONE && (newest == NONE || sector[place] > newest) -> newest = sector[place] :: else fi;
    place++
  :: else -> break
  od;
  place = 0
}

/* Writes a snapshot over the older one: erase, the body, and last the header that makes it count. */
inline snapshot() {
  atomic {
    if :: generation[0] <= generation[1] -> slot = 0 :: else -> slot = 1 fi;
    isWhole[slot] = false;
    upTo[slot] = 0;
#ifdef TORN_COUNTS
    generation[slot] = highest + 1;
    isWhole[slot] = true
#endif
  };
  atomic {
    highest++;
    generation[slot] = highest;
    upTo[slot] = known;
    isWhole[slot] = true
  }
}

#define LOWER (upTo[0] < upTo[1] -> upTo[0] : upTo[1])
#define HIGHER (upTo[0] > upTo[1] -> upTo[0] : upTo[1])
#define OVERWRITTEN (sector[place] == NONE -> 0 : first[place] + count[place] - 1)

/* Starts the sector after the newest: what it overwrites must be covered, then it is erased, then its header written. */
inline start() {
  place = (newest == NONE -> 0 : (newest + 1) % SECTORS);
#ifndef NO_COVER
#ifdef REUSE_UNDER_ONE
  if :: HIGHER < OVERWRITTEN -> snapshot() :: else fi;
#else
  if :: newest != NONE -> snapshot() :: else fi;
  if :: LOWER < OVERWRITTEN -> snapshot() :: else fi;
#endif
#endif
  atomic { sector[place] = NONE; count[place] = 0; isTorn[place] = false };
  atomic {
    newest = (newest == NONE -> 0 : newest + 1);
    sector[place] = newest;
    first[place] = known + 1;
    isClosed = false
  };
  place = 0
}

active proctype Journal() {
  byte known, newest, highest, place, slot;
  bool isClosed;

boot:
  atomic {
    hasPower ->
    isRunning = true;
    known = 0;
    highest = (generation[0] > generation[1] -> generation[0] : generation[1]);
    if
    :: isWhole[0] && (!isWhole[1] || generation[0] > generation[1]) -> known = upTo[0]
    :: isWhole[1] && (!isWhole[0] || generation[1] > generation[0]) -> known = upTo[1]
    :: !isWhole[0] && !isWhole[1] -> known = 0
    fi;
    if :: !isWhole[0] -> generation[0] = 0; upTo[0] = 0 :: else fi;
    if :: !isWhole[1] -> generation[1] = 0; upTo[1] = 0 :: else fi;
    replay();
    find_newest();
    /* What was acknowledged is there, and at most the record that was on its way besides. */
    assert(known == acknowledged || known == acknowledged + 1);
    acknowledged = known;
    /* A torn tail takes no more; after a loss of power a long one does not either. */
    isClosed = false;
    if
    :: newest != NONE && isTorn[newest % SECTORS] -> isClosed = true
    :: else -> if :: isClosed = true :: skip fi
    fi
  };
  {
    if :: isClosed && newest != NONE -> start() :: else fi;
    if :: isWhole[0] != isWhole[1] -> snapshot() :: else fi;
end:
    do
    :: known < LAST && newest != NONE && !isClosed && count[newest % SECTORS] < RECORDS ->
      /* One record, in two words. */
      isTorn[newest % SECTORS] = true;
      atomic {
        isTorn[newest % SECTORS] = false;
        count[newest % SECTORS] = count[newest % SECTORS] + 1
      };
      atomic { known++; acknowledged = known }
    :: known < LAST && (newest == NONE || isClosed || count[newest % SECTORS] == RECORDS) -> start()
    od
  } unless { !hasPower };
  atomic { known = 0; newest = 0; highest = 0; place = 0; slot = 0; isClosed = false; isRunning = false };
  goto boot
}

/* Whoever has the plug, and age: one snapshot of two, never both. */
active proctype World() {
end:
  do
  :: atomic { cuts < CUTS && hasPower -> cuts++; hasPower = false }
  :: atomic { rots < ROTS && !isRunning && isWhole[0] && isWhole[1] -> rots++; isWhole[0] = false }
  :: atomic { rots < ROTS && !isRunning && isWhole[0] && isWhole[1] -> rots++; isWhole[1] = false }
  :: atomic { !hasPower && !isRunning -> hasPower = true }
  od
}
