/* Write before act: a guest's opening on a lock that loses power at any moment, between the words of a record too.
 * Why: open and unspent at once is the worst that a cut could do (T35), and no test can try every moment with every hand.
 * Follows docs/protocol.md §4, "Write before act" and "Recovery", and §2.2 on what gives a use back.
 * Safety by assertions. With -DEXIT the claim is one of liveness: whoever presses inside gets out.
 * Twins, each of which must be found wrong: ACT_FIRST NO_READ_BACK FORGET_USES TORN_IS_WHOLE BLIND_GIVE_BACK FORGET_LEFT
 * GIVE_BACK_AFTER_CUT; with EXIT also RECORD_FIRST and THROW_AGAINST. */

#define USES 2
#define CUTS 2
#define WORDS 2 /* of a record */
#define TRIES 2 /* of a guest in one visit, the first with it */
#define PRESSES 2

mtype = { THROWN, BETWEEN, RETRACTED }; /* the bolt */
mtype = { REST, OUT, IN };              /* the drive */
mtype = { NOTHING, INTENT, CLOSING, GIVE_BACK };

/* Flash (firmware/journal/log.ts): the fold of the records that are whole, and the one that is written last. */
byte spent;
bool isVisitOpen;
mtype tail = NOTHING;
byte words;
bool isWorn; /* it takes no more words, and does not say so */

/* The house. */
bool hasPower = true;
bool isRunning; /* the chip: out of reset, and not yet off */
bool hasSensor; /* end contacts at the bolt: chosen once */
mtype bolt = THROWN;
mtype drive = REST;
bool isJammed;
bool isPressed; /* the inside button, until the lock has taken it */
byte cuts;
byte presses;

/* For the claims only. */
byte acknowledged; /* uses, as the lock last said */
byte openings;     /* visits in which the bolt left its keeper for a guest */
bool isForGuest;   /* the drive that runs */
bool isCounted;    /* this visit's opening */

/* Never open and unspent; no use granted twice. */
#define HOLDS (openings <= spent && openings <= USES)

/* firmware/door/door.ts, lock/doorway.ts: what the lock makes of a drive that failed. It looks in the moment in which it takes
 * the power away; without a sensor it does not know, and takes the worse. */
#ifdef BLIND_GIVE_BACK
#define HAS_LEFT (hasLeft || (hasSensor && bolt != THROWN))
#else
#ifdef FORGET_LEFT
#define HAS_LEFT (!hasSensor || bolt != THROWN)
#else
#define HAS_LEFT (hasLeft || !hasSensor || bolt != THROWN)
#endif
#endif

/* firmware/journal/state.ts: what a whole record changes. */
inline fold(record) {
  if
  :: record == INTENT -> spent++; isVisitOpen = true
  :: record == CLOSING -> isVisitOpen = false
  :: record == GIVE_BACK -> spent--; isVisitOpen = false
  fi;
  assert(HOLDS)
}

/* One record, a word at a time; power may fail before each. It counts after it was read back. */
inline append(record) {
  atomic { tail = record; words = 0; step = 0 };
  do
  :: atomic {
      step < WORDS ->
      step++;
      if
      :: isWorn
      :: !isWorn ->
        words++;
        if :: words == WORDS -> fold(record) :: else fi
      fi
    }
  :: atomic {
      step == WORDS ->
#ifdef NO_READ_BACK
      isWritten = true;
#else
      isWritten = (words == WORDS);
#endif
      isWritable = isWritten;
      break
    }
  od
}

/* lock/doorway.ts, lock/guest.ts, lock/visit.ts: one event after another, each to its end, or until power fails. */
active proctype Lock() {
  byte used, tries, step;
  bool isVisit, hasLeft, isWritten, isWritable, isLeaving;

  if :: hasSensor = true :: skip fi;
boot:
  atomic {
    hasPower ->
#ifdef TORN_IS_WHOLE
    if :: words > 0 && words < WORDS -> fold(tail) :: else fi;
#endif
    /* Nothing that was acknowledged is lost, and nothing is invented but the record that was on its way. */
    assert(spent == acknowledged || words == WORDS);
    words = 0;
    tail = NOTHING;
    acknowledged = spent;
#ifdef FORGET_USES
    used = 0;
#else
    used = spent;
#endif
    isVisit = isVisitOpen;
    /* What the bolt did before the cut, nobody saw: no use comes back. */
#ifdef GIVE_BACK_AFTER_CUT
    hasLeft = false;
#else
    hasLeft = true;
#endif
    tries = TRIES;
    isWritten = false;
    isWritable = true;
    isLeaving = false;
    isRunning = true
  };
  {
    do
    /* Somebody inside: the drive, whatever else is so. */
    :: isPressed ->
#ifdef RECORD_FIRST
      append(CLOSING);
      isWritten;
#endif
      atomic { isPressed = false; isLeaving = true; isForGuest = false; drive = OUT }
    /* A guest: a try in the same visit, ... */
    :: atomic {
        !isPressed && isVisit && tries < TRIES && !isLeaving ->
        tries++;
        isForGuest = true;
        drive = OUT
      }
    /* ... or a visit, whose intent is durable before the drive. */
    :: !isPressed && !isVisit && used < USES && isWritable && drive == REST ->
#ifdef ACT_FIRST
      atomic { isForGuest = true; isCounted = false; drive = OUT };
#endif
      append(INTENT);
      if
      :: atomic {
          isWritten ->
          used++;
          acknowledged = used;
          isVisit = true;
          hasLeft = false;
          tries = 1;
          isCounted = false;
          isForGuest = true;
          drive = OUT
        }
      :: !isWritten
      fi
    /* The end of a drive. */
    :: atomic {
        !isPressed && drive == OUT && bolt == RETRACTED ->
        drive = REST;
        hasLeft = true;
        isLeaving = false
      }
    :: atomic {
        !isPressed && drive == OUT && isJammed ->
        hasLeft = HAS_LEFT;
        drive = REST;
        isForGuest = false;
        isLeaving = false
      };
      if
      :: isVisit && !hasLeft ->
        append(GIVE_BACK);
        if
        :: atomic { isWritten -> used--; acknowledged = used; isVisit = false }
        :: atomic { !isWritten -> hasLeft = true }
        fi
      :: else
      fi
    /* Relock, or somebody outside who asks to lock. */
    :: atomic {
        !isPressed && drive == REST && bolt == RETRACTED && !isLeaving ->
        drive = IN
      }
#ifdef THROW_AGAINST
    :: !isPressed && drive == OUT -> drive = IN
#endif
    :: atomic { !isPressed && drive == IN && bolt == THROWN -> drive = REST }
    :: atomic { !isPressed && drive == IN && isJammed -> drive = REST }
    /* A bolt that is thrown ends the visit. */
    :: !isPressed && drive == REST && bolt == THROWN && isVisit && hasLeft && isWritable ->
      append(CLOSING);
      if
      :: atomic { isWritten -> isVisit = false }
      :: !isWritten
      fi
    od
  } unless { !hasPower };
  atomic {
    used = 0; tries = 0; step = 0; isVisit = false; hasLeft = false; isWritten = false; isWritable = false;
    isRunning = false
  };
  goto boot
}

/* Wood and iron. */
active proctype Bolt() {
  do
  :: atomic {
      drive == OUT && !isJammed && bolt == THROWN ->
      bolt = BETWEEN;
      if
      :: isForGuest && !isCounted ->
        isCounted = true;
        openings++;
        assert(HOLDS)
      :: else
      fi
    }
  :: atomic { drive == OUT && !isJammed && bolt == BETWEEN -> bolt = RETRACTED }
  :: atomic { drive == IN && !isJammed && bolt == RETRACTED -> bolt = BETWEEN }
  :: atomic { drive == IN && !isJammed && bolt == BETWEEN -> bolt = THROWN }
  od
}

/* Hands, wear, and whoever has the plug. */
active proctype World() {
  do
  :: atomic { cuts < CUTS && hasPower -> cuts++; hasPower = false; drive = REST; isPressed = false; isForGuest = false }
  :: atomic { !hasPower && !isRunning -> hasPower = true }
  :: atomic { presses < PRESSES && hasPower && !isPressed -> presses++; isPressed = true }
  :: atomic { drive == REST && !isJammed && bolt != THROWN -> bolt = THROWN }
  :: !isWorn -> isWorn = true
#ifndef EXIT
  /* Nothing that frees somebody by itself, and no bolt that nothing can move. */
  :: atomic { drive == REST && !isJammed && bolt != RETRACTED -> bolt = RETRACTED }
  :: isJammed = !isJammed
#endif
  od
}

#ifdef EXIT
ltl exit { [] ((isPressed && hasPower) -> <> (bolt == RETRACTED || !hasPower)) }
#endif
