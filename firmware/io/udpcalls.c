// The questions behind udpcalls.h.
// Why: each function of udpqueues.h takes other things, and lwIP's thread is given one.
// Specification: udpcalls.h.

#include "udpcalls.h"

#include "lwipcall.h"

typedef struct Question {
	void (*ask)(struct Question *question);
	uint32_t number;
	uint16_t port;
	LwipSend send;
	const char *group;
	const UdpDatagram *from;
	UdpDatagram *into;
	UdpEvent *event;
	// A number, or whether.
	uint32_t answer;
} Question;

static void ask(void *question)
{
	((Question *)question)->ask(question);
}

static uint32_t cross(Question *question)
{
	lwipCall(ask, question);
	return question->answer;
}

static void askOpen(Question *question)
{
	question->answer = udpQueuesOpen(question->port, question->send);
}

uint32_t udpOpen(uint16_t port, LwipSend send)
{
	return cross(&(Question){ .ask = askOpen, .port = port, .send = send });
}

static void askJoin(Question *question)
{
	question->answer = udpQueuesJoin(question->number, question->group);
}

bool udpJoin(uint32_t number, const char *group)
{
	return cross(&(Question){ .ask = askJoin, .number = number, .group = group }) != 0;
}

static void askRead(Question *question)
{
	question->answer = udpQueuesRead(question->number, question->into);
}

bool udpRead(uint32_t number, UdpDatagram *datagram)
{
	return cross(&(Question){ .ask = askRead, .number = number, .into = datagram }) != 0;
}

static void askSend(Question *question)
{
	question->answer = udpQueuesSend(question->number, question->from);
}

bool udpSend(uint32_t number, const UdpDatagram *datagram)
{
	return cross(&(Question){ .ask = askSend, .number = number, .from = datagram }) != 0;
}

static void askClose(Question *question)
{
	udpQueuesClose(question->number);
}

void udpClose(uint32_t number)
{
	cross(&(Question){ .ask = askClose, .number = number });
}

static void askTake(Question *question)
{
	question->answer = udpQueuesTake(question->event);
}

bool udpTake(UdpEvent *event)
{
	return cross(&(Question){ .ask = askTake, .event = event }) != 0;
}

static void askRested(Question *question)
{
	(void)question;
	udpQueuesRested();
}

void udpRested(void)
{
	cross(&(Question){ .ask = askRested });
}
