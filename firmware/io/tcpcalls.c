// The questions behind tcpcalls.h.
// Why: each function of tcplinks.h takes other things, and lwIP's thread is given one.
// Specification: tcpcalls.h.

#include "tcpcalls.h"

#include "lwipcall.h"

typedef struct Question {
	void (*ask)(struct Question *question);
	uint32_t number;
	uint32_t length;
	LwipSend send;
	const uint8_t *from;
	uint8_t *into;
	char *text;
	TcpEvent *event;
	// A number, a length, or whether.
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

static void askListen(Question *question)
{
	question->answer = tcpLinksListen((uint16_t)question->number, question->send);
}

uint32_t tcpListen(uint16_t port, LwipSend send)
{
	return cross(&(Question){ .ask = askListen, .number = port, .send = send });
}

static void askPort(Question *question)
{
	question->answer = tcpLinksPort(question->number);
}

uint16_t tcpPort(uint32_t listener)
{
	return (uint16_t)cross(&(Question){ .ask = askPort, .number = listener });
}

static void askAccept(Question *question)
{
	question->answer = tcpLinksAccept(question->number);
}

uint32_t tcpAccept(uint32_t listener)
{
	return cross(&(Question){ .ask = askAccept, .number = listener });
}

static void askOpen(Question *question)
{
	question->answer = tcpLinksOpen(question->number, question->length != 0);
}

bool tcpOpen(uint32_t number, bool isPrompt)
{
	return cross(&(Question){ .ask = askOpen, .number = number, .length = isPrompt }) != 0;
}

static void askReadable(Question *question)
{
	question->answer = tcpLinksReadable(question->number);
}

uint16_t tcpReadable(uint32_t number)
{
	return (uint16_t)cross(&(Question){ .ask = askReadable, .number = number });
}

static void askRead(Question *question)
{
	question->answer = tcpLinksRead(question->number, question->into, (uint16_t)question->length);
}

bool tcpRead(uint32_t number, uint8_t *bytes, uint16_t length)
{
	return cross(&(Question){ .ask = askRead, .number = number, .into = bytes, .length = length }) != 0;
}

static void askWrite(Question *question)
{
	question->answer = tcpLinksWrite(question->number, question->from, question->length);
}

bool tcpWrite(uint32_t number, const uint8_t *bytes, uint32_t length)
{
	return cross(&(Question){ .ask = askWrite, .number = number, .from = bytes, .length = length }) != 0;
}

static void askAddress(Question *question)
{
	question->answer = tcpLinksAddress(question->number, question->text);
}

bool tcpAddress(uint32_t number, char text[TCP_ADDRESS_BYTES])
{
	return cross(&(Question){ .ask = askAddress, .number = number, .text = text }) != 0;
}

static void askClose(Question *question)
{
	tcpLinksClose(question->number);
}

void tcpClose(uint32_t number)
{
	cross(&(Question){ .ask = askClose, .number = number });
}

static void askTake(Question *question)
{
	question->answer = tcpLinksTake(question->event);
}

bool tcpTake(TcpEvent *event)
{
	return cross(&(Question){ .ask = askTake, .event = event }) != 0;
}

static void askRested(Question *question)
{
	(void)question;
	tcpLinksRested();
}

void tcpRested(void)
{
	cross(&(Question){ .ask = askRested });
}
