"""The closed lists of meanings: what a system line says (``Event``) and what a phrase means (``Concept``)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Event(StrEnum):
    """What a line written by the app says, in any language; the names are those of the locale files."""

    ADDED_BY_NON_CONTACT = "added_by_non_contact"
    ADVANCED_CHAT_PRIVACY = "advanced_chat_privacy"
    AI_NOTICE = "ai_notice"
    ATTACHED_IOS = "attached_ios"
    AUDIO_OMITTED = "audio_omitted"
    BROADCAST_LIST_CREATED = "broadcast_list_created"
    BROADCAST_LIST_RECIPIENT = "broadcast_list_recipient"
    BUSINESS_ACCOUNT_NOTICE = "business_account_notice"
    BUSINESS_BLOCKED = "business_blocked"
    BUTTON_PREFIX = "button_prefix"
    CALL_LOG = "call_log"
    CALL_STARTED = "call_started"
    CANNOT_DISPLAY_HERE = "cannot_display_here"
    COMMUNITY_EVENT = "community_event"
    CONTACT_BLOCKED = "contact_blocked"
    CONTACT_CARD_OMITTED = "contact_card_omitted"
    CONTACT_STATUS = "contact_status"
    CONTACT_UNBLOCKED = "contact_unblocked"
    DELETED_BY_ADMIN = "deleted_by_admin"
    DELETED_BY_ME = "deleted_by_me"
    DELETED_BY_SENDER = "deleted_by_sender"
    DISAPPEARING_OFF = "disappearing_off"
    DISAPPEARING_ON = "disappearing_on"
    DOCUMENT_OMITTED = "document_omitted"
    E2E_NOTICE = "e2e_notice"
    E2E_NOTICE_BUSINESS = "e2e_notice_business"
    E2E_NOTICE_NOW_ENCRYPTED = "e2e_notice_now_encrypted"
    EDITED_MARKER = "edited_marker"
    EVENT_HEADER = "event_header"
    FILE_ATTACHED = "file_attached"
    GIF_OMITTED = "gif_omitted"
    GROUP_ADMIN_APPROVAL = "group_admin_approval"
    GROUP_ADMIN_DEMOTED = "group_admin_demoted"
    GROUP_ADMIN_PROMOTED = "group_admin_promoted"
    GROUP_CREATED = "group_created"
    GROUP_DESCRIPTION_CHANGED = "group_description_changed"
    GROUP_DESCRIPTION_DELETED = "group_description_deleted"
    GROUP_ENDED = "group_ended"
    GROUP_HISTORY_SHARING = "group_history_sharing"
    GROUP_ICON_CHANGED = "group_icon_changed"
    GROUP_ICON_DELETED = "group_icon_deleted"
    GROUP_INVITE_LINK_RESET = "group_invite_link_reset"
    GROUP_INVITED = "group_invited"
    GROUP_JOIN_REQUESTED = "group_join_requested"
    GROUP_JOINED_BY_INVITE = "group_joined_by_invite"
    GROUP_JOINED_BY_LINK = "group_joined_by_link"
    GROUP_PARTICIPANT_ADDED = "group_participant_added"
    GROUP_PARTICIPANT_LEFT = "group_participant_left"
    GROUP_PARTICIPANT_REMOVED = "group_participant_removed"
    GROUP_PARTICIPANT_WAS_ADDED = "group_participant_was_added"
    GROUP_PARTICIPANT_WAS_REMOVED = "group_participant_was_removed"
    GROUP_SETTINGS_ADD_MEMBERS = "group_settings_add_members"
    GROUP_SETTINGS_EDIT_INFO = "group_settings_edit_info"
    GROUP_SETTINGS_FORWARDING = "group_settings_forwarding"
    GROUP_SETTINGS_SEND_MESSAGES = "group_settings_send_messages"
    GROUP_SUBJECT_CHANGED = "group_subject_changed"
    GROUP_SUBJECT_CHANGED_FROM_TO = "group_subject_changed_from_to"
    IMAGE_OMITTED = "image_omitted"
    LIVE_LOCATION = "live_location"
    LOCATION = "location"
    MEDIA_OMITTED = "media_omitted"
    MESSAGE_PINNED = "message_pinned"
    MISSED_GROUP_VIDEO_CALL = "missed_group_video_call"
    MISSED_GROUP_VOICE_CALL = "missed_group_voice_call"
    MISSED_VIDEO_CALL = "missed_video_call"
    MISSED_VOICE_CALL = "missed_voice_call"
    NULL_BODY = "null_body"
    NUMBER_CHANGED = "number_changed"
    NUMBER_CHANGED_EXPLICIT = "number_changed_explicit"
    PAYMENT_REQUEST_STATUS = "payment_request_status"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_SENT = "payment_sent"
    POLL_HEADER = "poll_header"
    POLL_OPTION = "poll_option"
    POLL_VOTE = "poll_vote"
    SECURITY_CODE_CHANGED = "security_code_changed"
    SECURITY_CODE_CHANGED_ALL = "security_code_changed_all"
    SECURITY_CODE_NOTIFICATIONS_UNAVAILABLE = "security_code_notifications_unavailable"
    STICKER_OMITTED = "sticker_omitted"
    SUPPORT_CHAT_NOTICE = "support_chat_notice"
    UNSUPPORTED_MESSAGE = "unsupported_message"
    USERNAME_CHANGED = "username_changed"
    VIDEO_NOTE_OMITTED = "video_note_omitted"
    VIDEO_OMITTED = "video_omitted"
    VIEW_ONCE_OMITTED = "view_once_omitted"
    VIEW_ONCE_PLACEHOLDER = "view_once_placeholder"
    WAITING_FOR_MESSAGE = "waiting_for_message"


class Concept(StrEnum):
    """What a phrase written by a person means, in any language. Locale files list the phrases."""

    CODE_WORD = "code_word"  # the noun: code, OTP, PIN (a signal only)
    CODE_REQUEST = "code_request"  # asks the other person to send a verification code, one-time password or PIN
    CODE_BY_MISTAKE = "code_by_mistake"  # says a code was sent to the reader by mistake
    CODE_HARMLESS = "code_harmless"  # a code of a door, a network or a discount
    CODE_GIVEN = "code_given"  # introduces a code that is handed over ("it says 482913", "here is the code")
    CODE_NEVER_SHARE = "code_never_share"  # advice never to share a code (the opposite of a request)
    PAYMENT_REQUEST = "payment_request"  # asks to pay, transfer or send money
    PAYMENT_DETAILS = "payment_details"  # introduces payee details (account number, IBAN, UPI id, Pix key, wallet)
    INVOICE = "invoice"  # invoice, bill, quotation, statement of account
    BANK_DETAILS_CHANGED = "bank_details_changed"  # the bank details have changed; the old account must not be used
    LOAN_REQUEST = "loan_request"  # asks to borrow, promises to pay back soon
    PAYMENT_TROUBLE = "payment_trouble"  # own card, app, limit or bank does not work, so the reader must pay
    PAID_CONFIRMATION = "paid_confirmation"  # says that money was sent or received
    CARD_DETAILS_REQUEST = "card_details_request"  # asks for card number, CVV, expiry, online banking login
    URGENCY = "urgency"  # now, urgent, immediately, hurry
    DEADLINE_THREAT = "deadline_threat"  # something will be cancelled, blocked, cut off or lost by a time
    SECRECY = "secrecy"  # do not tell anybody, keep it between us, do not call the bank
    CALL_REFUSAL = "call_refusal"  # cannot talk, microphone broken, do not call, only chat
    NEW_NUMBER = "new_number"  # this is my new number, save it, delete the old one
    PHONE_LOST = "phone_lost"  # phone broken, lost, stolen, in repair
    FAMILY_GREETING = "family_greeting"  # hi mum, hello dad and the like as an opening
    FAMILY_EMERGENCY = "family_emergency"  # accident, hospital, stuck abroad
    FORMAL_GREETING = "formal_greeting"  # dear sir, valued customer: register that friends do not use
    SUPPORT_CLAIM = "support_claim"  # claims to be WhatsApp support or a security team
    AUTHORITY_CLAIM = "authority_claim"  # claims to be a bank, police, court, courier, tax office, utility
    ACCOUNT_THREAT = "account_threat"  # your account will be suspended, blocked, deleted
    LINK_INVITATION = "link_invitation"  # click here, open the link, fill in the form
    GIVEAWAY = "giveaway"  # prize, coupon, free, gift, lucky winner
    VOTE_REQUEST = "vote_request"  # vote for my child, friend, dancer
    FORWARD_CHAIN = "forward_chain"  # forward this to N contacts or groups
    FILE_INVITATION = "file_invitation"  # open, download or install the attached file or app
    REMOTE_ACCESS = "remote_access"  # AnyDesk, TeamViewer and the like, screen sharing, remote control
    CALL_FORWARDING = "call_forwarding"  # dial a star code, call forwarding
    DEVICE_LINKING = "device_linking"  # scan a QR code, link a device, enter the pairing code
    WEB_SESSION = "web_session"  # WhatsApp Web left open, unknown device seen in linked devices
    SHARED_LOGIN = "shared_login"  # several persons use this account, who has the phone, log in from the office
    JOB_OFFER = "job_offer"  # part-time job, work from home, tasks, like videos, daily pay
    INVESTMENT_PITCH = "investment_pitch"  # guaranteed profit, signals, VIP group, mentor, platform
    PROFIT_TESTIMONY = "profit_testimony"  # I withdrew, I earned, thank you professor
    UNLOCK_FEE = "unlock_fee"  # pay tax, fee or deposit to withdraw or to unlock
    GIFT_CARD = "gift_card"  # buy gift cards or vouchers, send the codes
    CRYPTO_PAYMENT = "crypto_payment"  # pay in crypto, wallet address, USDT
    CURRENCY_SALE = "currency_sale"  # sells dollars, euros or goods cheaply to contacts, reserve now
    PARCEL_FEE = "parcel_fee"  # parcel held, customs fee, redelivery, wrong address
    KYC_UPDATE = "kyc_update"  # KYC expired, update PAN, account frozen until verified
    UTILITY_CUTOFF = "utility_cutoff"  # electricity, gas or water cut off tonight
    SEXTORTION = "sextortion"  # publish intimate pictures unless paid
    DIGITAL_ARREST = "digital_arrest"  # case registered, arrest warrant, stay on the video call
    BOSS_ERRAND = "boss_errand"  # are you at your desk, I am in a meeting, do this for me
    SAFE_ACCOUNT = "safe_account"  # move your money to a safe account
    CUSTOMER_INQUIRY = "customer_inquiry"  # inquiry, requirement list, quotation wanted
    IDENTITY_DOUBT = "identity_doubt"  # is this you, who is this, why do you write like this, call me first
    HACKED_DISCLOSURE = "hacked_disclosure"  # my account was hacked, someone is using my number
    DISOWNING = "disowning"  # I did not write that, that was not me
    WARNING = "warning"  # do not pay, do not click, it is a scam, block and report
    REPORTING = "reporting"  # went or go to the police or bank, card blocked, money recalled, register again
    SCAM_TALK = "scam_talk"  # general talk about scams, news, awareness
    VERIFIED_BY_CALL = "verified_by_call"  # we spoke on the phone, I called and confirmed, in person
    DELETE_INSTRUCTION = "delete_instruction"  # delete this chat, these messages, the old number
    TROUBLE_EXCUSE = "trouble_excuse"  # delayed, limit reached, will explain later, meeting: cover story


# What it is worth as evidence of an attack that somebody says so, as log-odds by judgement; the concepts not listed
# here (answers, warnings, confirmations) do not speak for an attack by whoever writes them.
SIGN_WEIGHTS: Mapping[str, float] = {
    Concept.CODE_REQUEST: 2.4,
    Concept.CODE_BY_MISTAKE: 2.4,
    Concept.CARD_DETAILS_REQUEST: 2.2,
    Concept.CALL_FORWARDING: 2.2,
    Concept.DEVICE_LINKING: 1.8,
    Concept.SUPPORT_CLAIM: 1.6,
    Concept.ACCOUNT_THREAT: 1.6,
    Concept.SAFE_ACCOUNT: 2.0,
    Concept.SEXTORTION: 2.6,
    Concept.DIGITAL_ARREST: 2.2,
    Concept.BANK_DETAILS_CHANGED: 1.8,
    Concept.GIFT_CARD: 1.6,
    Concept.CRYPTO_PAYMENT: 1.2,
    Concept.UNLOCK_FEE: 1.8,
    Concept.JOB_OFFER: 1.8,
    Concept.INVESTMENT_PITCH: 1.6,
    Concept.PROFIT_TESTIMONY: 0.8,
    Concept.CURRENCY_SALE: 1.4,
    Concept.PARCEL_FEE: 1.8,
    Concept.KYC_UPDATE: 1.8,
    Concept.UTILITY_CUTOFF: 2.0,
    Concept.REMOTE_ACCESS: 1.6,
    Concept.FILE_INVITATION: 1.0,
    Concept.GIVEAWAY: 1.3,
    Concept.VOTE_REQUEST: 1.6,
    Concept.FORWARD_CHAIN: 1.2,
    Concept.NEW_NUMBER: 1.5,
    Concept.PHONE_LOST: 0.9,
    Concept.FAMILY_GREETING: 0.4,
    Concept.FAMILY_EMERGENCY: 1.0,
    Concept.LOAN_REQUEST: 1.1,
    Concept.PAYMENT_REQUEST: 1.0,
    Concept.PAYMENT_DETAILS: 0.7,
    Concept.PAYMENT_TROUBLE: 1.0,
    Concept.AUTHORITY_CLAIM: 1.1,
    Concept.SECRECY: 1.4,
    Concept.CALL_REFUSAL: 1.1,
    Concept.DEADLINE_THREAT: 0.9,
    Concept.URGENCY: 0.6,
    Concept.LINK_INVITATION: 0.8,
    Concept.FORMAL_GREETING: 0.4,
    Concept.BOSS_ERRAND: 0.8,
    Concept.CUSTOMER_INQUIRY: 0.5,
    Concept.TROUBLE_EXCUSE: 0.4,
    Concept.DELETE_INSTRUCTION: 0.7,
}
