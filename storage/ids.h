/* How long the names of things are, with their NUL; a part of storage.h. */
#ifndef STORAGE_IDS_H
#define STORAGE_IDS_H

enum {
	JOB_ID_SIZE = 32, /* of jobs, batches and schedules */
	KEY_ID_SIZE = 48,
	CUSTOM_ID_SIZE = 65, /* of the names that clients give */
};

#endif
