// Where the files of a camera's card are: one in a folder of its name's first letter or digit, and no deeper.
// Why: FatFs finds a name by reading all that stand before it, a sector at a time, and makes a new one in three such passes: beside 767
// other files a mark takes 2,534 reads in one folder, and 178 in sixteen. A camera that reads its card for as long as the former says
// nothing to its lock meanwhile, which takes it for lost after 1.5 s.
// Specification: POSIX.1-2017 (opendir); the reads were counted with the FatFs of ESP-IDF v6.0.1.

#ifndef LATCHKEY_CARDFOLDERS
#define LATCHKEY_CARDFOLDERS

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define BASE_MAX 64
#define NAME_MAX_BYTES 48
#define PATH_MAX_BYTES (BASE_MAX + NAME_MAX_BYTES + 10)
#define FILES_MAX 4096

static const char folders[] = "0123456789abcdefghijklmnopqrstuvwxyz";
// What the card is mounted as; empty where there is none.
static char base[BASE_MAX];

// A name of letters, digits and dots: nothing that leads out of the folder.
static int isName(const char *name)
{
	size_t length = strlen(name);
	if (length == 0 || length >= NAME_MAX_BYTES || name[0] == '.')
		return 0;
	for (size_t index = 0; index < length; index++) {
		char at = name[index];
		if (!((at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || (at >= '0' && at <= '9') || at == '.'))
			return 0;
	}
	return 1;
}

// The path of a folder, or of what is in it.
static int join(char *path, char folder, const char *name, const char *ending)
{
	const char small = folder >= 'A' && folder <= 'Z' ? (char)(folder - 'A' + 'a') : folder;
	return snprintf(path, PATH_MAX_BYTES, "%s/%c%s%s%s", base, small, name[0] == 0 ? "" : "/", name, ending) < PATH_MAX_BYTES;
}

// Makes a file to be written, empty, and its folder where that is its first.
static int create(const char *path)
{
	char folder[PATH_MAX_BYTES];
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (file >= 0)
		return file;
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
	return mkdir(folder, 0700) == 0 ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
}

// Goes through all folders. It begins with zeros; `path` is of the file whose name was given last.
typedef struct {
	int at;
	int count;
	DIR *folder;
	char path[PATH_MAX_BYTES];
} Walk;

static void endWalk(Walk *walk)
{
	if (walk->folder != NULL)
		closedir(walk->folder);
	walk->folder = NULL;
}

// Gives the next name; NULL where there is none, and then no folder is open.
static const char *nextFile(Walk *walk)
{
	for (; folders[walk->at] != 0; walk->at++) {
		if (walk->folder == NULL && join(walk->path, folders[walk->at], "", ""))
			walk->folder = opendir(walk->path);
		struct dirent *entry;
		while (walk->folder != NULL && walk->count++ < FILES_MAX && (entry = readdir(walk->folder)) != NULL) {
			if (isName(entry->d_name) && join(walk->path, entry->d_name[0], entry->d_name, ""))
				return entry->d_name;
		}
		endWalk(walk);
	}
	return NULL;
}

static int isThere(void)
{
	DIR *root = base[0] == 0 ? NULL : opendir(base);
	return root != NULL && closedir(root) == 0;
}

#endif
