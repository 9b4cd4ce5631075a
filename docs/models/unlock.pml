/* The unlock protocol, with an attacker who is the network: he sees, drops, delays, repeats, reorders and makes up
 * messages, opens sessions of his own, holds a copy of the grant, and a key of his own (Dolev and Yao, 1983).
 * Why: that a proof is worth something in one session only, and a statement once, must hold for every order of events.
 * Follows docs/protocol.md §2.2, §2.3 and §3. Cryptography is perfect: who lacks a key can neither make nor read.
 * Twins, each of which must be found wrong: NO_BINDING NO_HOLDER NO_ORDER NO_COUNT NO_LOCK_KEY RANDOM_ANEW NO_CHALLENGE
 * NO_SEQUENCE. AT_DOOR asks for more than the protocol can give, and must be found wrong too: a relay. */

#define PHONES 2     /* sessions of the genuine holder's phone */
#define SESSIONS 3   /* handshakes that the lock answers */
#define ASKS 2       /* presses of "open" in one session of the phone */
#define USES 2       /* uses of the one grant */
#define BOOTS 2

/* Names of ephemeral keys: 1..PHONES are the phone's, by session; then the attacker's; 0 is none. */
#define ATTACKER (PHONES + 1)
/* A lock that is none: the attacker at the other end. */
#define ROGUE 255

/* The holder's phone. Its message 1, and all that it seals, is in the attacker's hands from then on. */
bool dialled[PHONES];
/* The invitation was forged: the phone takes the attacker's key for the lock's (T05). */
bool isDeceived[PHONES];
/* The ephemeral of the lock in its channel, 0 before message 2; with its own it names the handshake hash. */
byte peer[PHONES];
byte challenge[PHONES];
/* Proofs that it signed, the numbers of their frames. */
byte asks[PHONES];

/* The lock. One drawn name stands for both the ephemeral and the challenge of a session (lock/session.ts). */
byte initiator[SESSIONS];
byte drawn[SESSIONS];
bool isLive[SESSIONS];
byte lastFrame[SESSIONS];
byte answered;
byte draws;
byte boots;
byte used;      /* durable */
byte sequence;  /* durable: the number of the owner's last statement; the one in this model has number 1 */

/* The owner. A statement names a challenge; whoever brings one may carry it (docs/protocol.md §3). */
bool isSigned;
byte signedFor;
byte signedIn; /* for the claim only: the session that had this challenge when it was signed */
bool isObeyed; /* for the claim only */

/* For the claims only. */
byte openings[PHONES];
bool isNear[PHONES];

/* The rules that a twin takes away, by the files that hold them. */
#ifdef NO_ORDER /* firmware/link/cipher.ts: a frame's number rises; lock/phone.ts: so does a request's */
#define IS_NEW_FRAME(number, last) true
#else
#define IS_NEW_FRAME(number, last) (number > last)
#endif
#ifdef NO_BINDING /* firmware/grant/holder.ts: the handshake hash is what a proof is signed over besides */
#define IS_BOUND(itsInitiator, itsPeer, l) true
#else
#define IS_BOUND(itsInitiator, itsPeer, l) (itsInitiator == initiator[l] && itsPeer == drawn[l])
#endif
#ifdef NO_HOLDER /* firmware/grant/holder.ts: the proof verifies by the key in the grant's cnf */
#define IS_HOLDER(signer, holder) true
#else
#define IS_HOLDER(signer, holder) (signer == holder)
#endif
#ifdef NO_CHALLENGE /* firmware/grant/statement.ts */
#define IS_CHALLENGE(named, l) true
#else
#define IS_CHALLENGE(named, l) (named == drawn[l])
#endif
#ifdef NO_SEQUENCE /* firmware/grant/statement.ts: durable before anything acts on it */
#define IS_NEXT(number) true
#else
#define IS_NEXT(number) (number > sequence)
#endif
#ifdef NO_COUNT /* firmware/policy/policy.ts */
#define HAS_USES true
#else
#define HAS_USES (used < USES)
#endif
#ifdef NO_LOCK_KEY /* firmware/link/noise.ts: the token es, which only the owner of the lock's key can compute */
#define CAN_POSE(p) true
#else
#define CAN_POSE(p) isDeceived[p]
#endif

#define GENUINE 1
#define THIEF 2

/* What the lock does for a proof whose signature, binding and challenge hold. */
inline open_for(genuine, asked) {
  if
  :: HAS_USES ->
    used++;
    /* As many openings as uses; for its holder only, who asked in this very session, once for each. */
    assert(used <= USES);
    assert(genuine);
    openings[asked]++;
    assert(openings[asked] <= asks[asked]);
#ifdef AT_DOOR
    assert(isNear[asked]);
#endif
  :: else
  fi
}

/* firmware/link/noise.ts, lock/session.ts: message 1 is answered whoever sends it; the answer can be read only by whoever
 * made the ephemeral in it. */
inline answer(ephemeral) {
  initiator[answered] = ephemeral;
  draws++;
  drawn[answered] = draws;
  isLive[answered] = true;
  lastFrame[answered] = 0;
  answered++;
}

/* The phone hears message 2: only the lock can have made it, unless the phone believes in another lock. */
inline welcome(p, name, drawnName) {
  peer[p] = name;
  challenge[p] = drawnName;
}

/* The attacker's choice among the challenges that he knows: those of his own sessions, or one that he made up. */
inline choose_challenge(known) {
  known = 0;
  if
  :: skip
  :: answered > 0 && initiator[0] == ATTACKER -> known = drawn[0]
  :: answered > 1 && initiator[1] == ATTACKER -> known = drawn[1]
  :: answered > 2 && initiator[2] == ATTACKER -> known = drawn[2]
  fi
}

#define PICK_PHONE p = 0; if :: skip :: p = 1 fi
#define PICK_SESSION l = 0; if :: skip :: l = 1 :: l = 2 fi

/* The phone: somebody presses, and it sends. It shows its grant to nobody but the lock that it believes in. */
active proctype Holder() {
  byte p;
  do
  :: atomic {
      PICK_PHONE;
      if
      :: !dialled[p] && (p == 0 || dialled[0]) ->
        dialled[p] = true;
        if :: isDeceived[p] = true :: skip fi;
#ifdef AT_DOOR
        if :: isNear[p] = true :: skip fi;
#endif
      :: else
      fi;
      p = 0
    }
  :: atomic {
      PICK_PHONE;
      if
      :: peer[p] != 0 && asks[p] < ASKS ->
        assert(peer[p] != ROGUE || isDeceived[p]);
        asks[p]++
      :: else
      fi;
      p = 0
    }
  od
}

/* The network and whoever sits on it. */
active proctype Attacker() {
  byte p, l, known, n;
  do
  /* He hands message 1 to the lock: the phone's, as often as he likes, or his own. */
  :: atomic {
      answered < SESSIONS ->
      if
      :: dialled[0] -> answer(1)
      :: dialled[1] -> answer(2)
      :: answer(ATTACKER)
      fi
    }
  /* He hands message 2 to the phone: any that the lock ever made for it, of a session that is over too. */
  :: atomic {
      PICK_PHONE; PICK_SESSION;
      if
      :: dialled[p] && !isDeceived[p] && peer[p] == 0 && l < answered && initiator[l] == p + 1 ->
        welcome(p, drawn[l], drawn[l])
      :: else
      fi;
      p = 0; l = 0
    }
  /* He is the lock, for a phone that was deceived, and chooses its challenge. */
  :: atomic {
      PICK_PHONE;
      if
      :: dialled[p] && CAN_POSE(p) && peer[p] == 0 ->
        choose_challenge(known);
        welcome(p, ROGUE, known)
      :: else
      fi;
      p = 0; known = 0
    }
  /* He delivers a frame of the phone: any that it ever sent, to any session. It authenticates only in its own channel. */
  :: atomic {
      PICK_PHONE; PICK_SESSION;
      n = 1; if :: skip :: n = 2 fi;
      if
      :: isLive[l] && initiator[l] == p + 1 && drawn[l] == peer[p] && n <= asks[p] && IS_NEW_FRAME(n, lastFrame[l]) ->
        lastFrame[l] = n;
        open_for(true, p)
      :: else
      fi;
      p = 0; l = 0; n = 0
    }
  /* He sends what he has in a session of his own: a proof that a deceived phone signed for him, ... */
  :: atomic {
      PICK_PHONE; PICK_SESSION;
      if
      :: isLive[l] && initiator[l] == ATTACKER && peer[p] == ROGUE && asks[p] > 0 ->
        if
        :: IS_CHALLENGE(challenge[p], l) && IS_BOUND(p + 1, ROGUE, l) -> open_for(false, p)
        :: else
        fi
      :: else
      fi;
      p = 0; l = 0
    }
  /* ... the copied grant with a proof by his own key, ... */
  :: atomic {
      PICK_SESSION;
      if
      :: isLive[l] && initiator[l] == ATTACKER && IS_HOLDER(THIEF, GENUINE) -> open_for(false, 0)
      :: else
      fi;
      l = 0
    }
  /* ... or the statement that the owner signed, now or long ago, for this challenge or another. */
  :: atomic {
      PICK_SESSION;
      if
      :: isLive[l] && initiator[l] == ATTACKER && isSigned && IS_CHALLENGE(signedFor, l) && IS_NEXT(1) ->
        sequence = 1;
        /* Once, and in the session that it was signed for. */
        assert(!isObeyed);
        assert(signedIn == l);
        isObeyed = true
      :: else
      fi;
      l = 0
    }
  /* He asks the owner to sign one over the challenge of a session that is live. */
  :: atomic {
      PICK_SESSION;
      if
      :: !isSigned && isLive[l] && initiator[l] == ATTACKER ->
        isSigned = true;
        signedFor = drawn[l];
        signedIn = l
      :: else
      fi;
      l = 0
    }
  /* A session ends: he hangs up, or its time is over. */
  :: atomic {
      PICK_SESSION;
      if :: isLive[l] -> isLive[l] = false :: else fi;
      l = 0
    }
  /* The lock loses power: no session outlives it. What is durable stays. */
  :: atomic {
      boots + 1 < BOOTS ->
      boots++;
      isLive[0] = false; isLive[1] = false; isLive[2] = false;
#ifdef RANDOM_ANEW
      draws = 0
#else
      skip
#endif
    }
  od
}
